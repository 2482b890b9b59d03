package io.kusionstack.operating.testbed.demo;

/**
 * Something that was promised, and whether it held.
 *
 * @param text what was promised, with what was seen
 */
record Promise(String text, boolean held) {
    @Override
    public String toString() {
        return (held ? "  kept    " : "  BROKEN  ") + text;
    }
}
