package io.kusionstack.operating.testbed.api;

import java.net.URI;
import java.nio.file.Path;

/**
 * How one user reaches an API server.
 *
 * @param server the base address, for example {@code https://127.0.0.1:6443}
 * @param caCertificate the PEM file that signs the server's certificate
 * @param token the bearer token that names the user
 */
public record Connection(URI server, Path caCertificate, String token) {
    /** Without the token, so that it never reaches a log. */
    @Override
    public String toString() {
        return "Connection[server=" + server + ", caCertificate=" + caCertificate + "]";
    }
}
