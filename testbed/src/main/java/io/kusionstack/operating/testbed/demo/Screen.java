package io.kusionstack.operating.testbed.demo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
    private Set<String> shown = Set.of();
    private int drawn;

    /** @param terminal whether lines can be drawn over */
    public Screen(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
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

    /** Shows the block as it is now. */
    public void show(List<String> lines) {
        if (terminal) {
            redraw(lines);
        } else {
            lines.stream().filter(line -> !shown.contains(line)).forEach(out::println);
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
