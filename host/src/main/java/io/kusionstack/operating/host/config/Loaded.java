package io.kusionstack.operating.host.config;

import java.util.List;

/** What became of a configuration file. */
public sealed interface Loaded {
    /** The file can be used. */
    record Valid(HostConfig config) implements Loaded {}

    /** The file cannot be used; every problem is named. */
    record Invalid(List<Problem> problems) implements Loaded {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
