package io.kusionstack.operating.host.config;

import java.util.List;

/** The result of reading a configuration file. */
public sealed interface LoadedConfig {
    /** The file can be used. */
    record ValidConfig(HostConfig config) implements LoadedConfig {}

    /** The file cannot be used; every problem is named. */
    record InvalidConfig(List<Problem> problems) implements LoadedConfig {
        public InvalidConfig {
            problems = List.copyOf(problems);
        }
    }
}
