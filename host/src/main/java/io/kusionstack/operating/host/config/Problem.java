package io.kusionstack.operating.host.config;

/**
 * One thing wrong with the configuration.
 *
 * @param path the key, for example {@code http.port}; empty for the whole file
 * @param value what stands there, as text; empty where nothing does
 * @param rule what is allowed instead
 */
public record Problem(String path, String value, String rule) {
    @Override
    public String toString() {
        String where = path.isEmpty() ? "the file" : path;
        return value.isEmpty() ? where + ": " + rule : where + ": " + value + " is not allowed; " + rule;
    }
}
