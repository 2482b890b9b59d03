package io.kusionstack.operating.testbed.demo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Where lines are shown: on a terminal a block that is drawn again in its place, else a line for everything that is new.
 * For one thread.
 */
public final class Screen {
    private static final int MOST_ROWS = 20;
    private static final String UP = "\u001b[%dA";
    private static final String CLEAR_LINE = "\u001b[2K";
    private static final String CLEAR_BELOW = "\u001b[J";

    private final PrintWriter out;
    private final boolean terminal;
    private final Supplier<String> stamp;
    private Set<String> shown = Set.of();
    private int drawn;

    /**
     * @param terminal whether lines can be drawn over
     * @param stamp what to write before a line of a block that is not drawn over, for example the time
     */
    public Screen(PrintWriter out, boolean terminal, Supplier<String> stamp) {
        this.out = out;
        this.terminal = terminal;
        this.stamp = stamp;
    }

    /** Without stamps. */
    public Screen(PrintWriter out, boolean terminal) {
        this(out, terminal, () -> "");
    }

    /** With the seconds since now as stamps. */
    public static Screen timed(PrintWriter out, boolean terminal) {
        long start = System.nanoTime();
        return new Screen(
                out, terminal, () -> String.format(Locale.ROOT, "%6.1f s", (System.nanoTime() - start) / 1e9));
    }

    /** Whether a block is drawn in its place, so that it is worth drawing what only differs by time. */
    public boolean isTerminal() {
        return terminal;
    }

    /** Says something that stays; a block drawn later begins below. */
    public void say(String text) {
        out.println(text);
        out.flush();
        drawn = 0;
        shown = Set.of();
    }

    /** Says the heads of columns, where the lines of the block below begin. */
    public void title(String heads) {
        say(terminal ? heads : " ".repeat(stamp.get().length()) + heads);
    }

    /** Shows the block as it is now. */
    public void show(List<String> lines) {
        if (terminal) {
            redraw(lines);
        } else {
            lines.stream().filter(line -> !shown.contains(line)).forEach(line -> out.println(stamp.get() + line));
        }
        out.flush();
        shown = new HashSet<>(lines);
    }

    private void redraw(List<String> lines) {
        List<String> block = new ArrayList<>(lines.subList(0, Math.min(lines.size(), MOST_ROWS)));
        if (lines.size() > MOST_ROWS) {
            block.add("  ... and " + (lines.size() - MOST_ROWS) + " more");
        }
        if (drawn > 0) {
            out.printf(UP, drawn);
        }
        block.forEach(line -> out.println(CLEAR_LINE + line));
        out.print(CLEAR_BELOW);
        drawn = block.size();
    }
}
