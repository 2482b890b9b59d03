package io.kusionstack.operating.plugin.traffic;

/**
 * One backend as the provider shows it.
 *
 * @param detail one sentence for the person who asks why it is so; may be empty
 */
public record ObservedBackend(Backend backend, Serving serving, String detail) {}
