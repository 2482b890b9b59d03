package io.kusionstack.operating.host.plugins;

/**
 * What a call of a plugin is about.
 *
 * @param name the word users know the plugin by
 * @param call what is asked, as the interface calls it
 * @param subject a lock key, a rule, or the plugin itself: subjects that do not answer in time rest, and others do not
 */
record Topic(String name, String call, String subject) {}
