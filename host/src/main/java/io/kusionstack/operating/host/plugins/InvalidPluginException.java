package io.kusionstack.operating.host.plugins;

/** A plugin breaks a rule of its packaging or of the interface. The message is for the person who runs the host. */
final class InvalidPluginException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String why;

    InvalidPluginException(String why) {
        super(why);
        this.why = why;
    }

    String why() {
        return why;
    }
}
