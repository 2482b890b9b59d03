package io.kusionstack.operating.host.plugins;

import java.util.function.UnaryOperator;

/**
 * What a plugin threw, in one line.
 *
 * @param mask takes secrets out of a text
 */
record ThrownWords(UnaryOperator<String> mask) {
    private static final int LONGEST = 300;

    /** To be called in the plugin's call, for it may run the plugin's code, which may throw again. */
    String of(Throwable thrown) {
        String message = thrown.getMessage();
        boolean speaksForItself = thrown instanceof Unusable || thrown instanceof IllegalArgumentException;
        String text = message == null
                ? thrown.getClass().getName()
                : speaksForItself ? message : thrown.getClass().getName() + ": " + message;
        String line = mask.apply(text).lines().findFirst().orElse("").strip();
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }
}
