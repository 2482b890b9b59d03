package io.kusionstack.operating.host.plugins;

import java.util.function.UnaryOperator;

/**
 * Makes texts of a plugin fit to be shown and stored: one line, of bounded length, without the secrets that the plugin was
 * given. {@link #thrown} runs code of the plugin, so it is called within a call.
 *
 * @param mask takes secrets out of a text
 */
record ErrorText(UnaryOperator<String> mask) {
    /** A sentence for a person. */
    static final int SENTENCE = 1024;
    /** A code or a reason. */
    static final int WORD = 128;

    private static final int THROWN = 300;
    /** The rest of a longer text is dropped before it is searched for secrets. */
    private static final int LOOKED_AT = 64 * 1024;

    String thrown(Throwable thrown) {
        String message = thrown.getMessage();
        boolean speaksForItself =
                thrown instanceof InvalidPluginException || thrown instanceof IllegalArgumentException;
        String text = message == null
                ? thrown.getClass().getName()
                : speaksForItself ? message : thrown.getClass().getName() + ": " + message;
        return cut(masked(text).lines().findFirst().orElse("").strip(), speaksForItself ? SENTENCE : THROWN);
    }

    String sentence(String text) {
        return line(text, SENTENCE);
    }

    String word(String text) {
        return line(text, WORD);
    }

    /** True if the text holds no secret. */
    boolean isClean(String text) {
        return mask.apply(text).equals(text);
    }

    private String line(String text, int longest) {
        return cut(masked(text).replaceAll("[\\p{Cntrl}\\s]+", " ").strip(), longest);
    }

    private static String cut(String line, int longest) {
        return line.length() > longest ? line.substring(0, longest) + "..." : line;
    }

    private String masked(String text) {
        return mask.apply(text.length() > LOOKED_AT ? text.substring(0, LOOKED_AT) : text);
    }
}
