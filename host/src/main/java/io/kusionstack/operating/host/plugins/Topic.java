package io.kusionstack.operating.host.plugins;

/**
 * The subject of a call.
 *
 * @param name the word users know the plugin by
 * @param call the method of the interface
 * @param subject a lock key, a rule, or the plugin itself; each subject has a circuit of its own
 */
record Topic(String name, String call, String subject) {}
