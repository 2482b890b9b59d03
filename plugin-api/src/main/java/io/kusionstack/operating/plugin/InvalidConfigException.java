package io.kusionstack.operating.plugin;

import java.util.List;

/** The configuration can be read but makes no sense. Carries every problem found, not only the first. */
public final class InvalidConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    /** @param problems one sentence each: where, what stands there, what is allowed; at least one */
    public InvalidConfigException(List<String> problems) {
        super(String.join("; ", problems));
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("an invalid configuration has at least one problem");
        }
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
