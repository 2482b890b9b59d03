package io.kusionstack.operating.host.config;

import java.util.List;

/** A configuration that can be used, or everything that is wrong with it. */
public sealed interface ConfigResult<C> {
    record ValidConfig<C>(C config) implements ConfigResult<C> {}

    /** @param problems all of them, in the order of the keys */
    record InvalidConfig<C>(List<Problem> problems) implements ConfigResult<C> {
        public InvalidConfig {
            problems = List.copyOf(problems);
        }
    }

    /**
     * One mistake.
     *
     * @param path the key, for example {@code http.port}; empty for the whole configuration
     * @param value as it is written, shortened; a remark where it may be a secret; empty where nothing is written
     * @param rule what is allowed instead
     */
    record Problem(String path, String value, String rule) {
        /** The same problem of a configuration that is itself the value of a key. */
        public Problem below(String key) {
            return new Problem(path.isEmpty() ? key : key + "." + path, value, rule);
        }

        /** One sentence. */
        @Override
        public String toString() {
            return (path.isEmpty() ? "" : path + ": ") + (value.isEmpty() ? "" : value + " is not allowed; ") + rule;
        }
    }
}
