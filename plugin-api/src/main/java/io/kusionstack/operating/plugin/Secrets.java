package io.kusionstack.operating.plugin;

/** Resolves references to secret values. A value never reaches a log, an event, a status or an exception's message. */
public interface Secrets {
    /**
     * The value as it is now; ask again for each use, so that a rotated value takes effect.
     *
     * @param reference {@code env:NAME} or {@code file:/path}; the host decides which are allowed
     * @throws IllegalArgumentException if the reference is of another form, or names nothing; the message holds no value
     */
    String value(String reference);
}
