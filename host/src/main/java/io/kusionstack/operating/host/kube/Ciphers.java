package io.kusionstack.operating.host.kube;

import java.util.List;
import java.util.stream.Stream;
import okhttp3.CipherSuite;
import okhttp3.ConnectionSpec;

/**
 * In which order ciphers are offered to the API server. All that may be used before may be used after; a server that
 * follows the client's order, as Go's does, takes ChaCha20 rather than AES-GCM, which costs a JVM several times as much
 * (decision 0017).
 */
final class Ciphers {
    private Ciphers() {}

    static List<ConnectionSpec> cheapestFirst(List<ConnectionSpec> specs) {
        return specs.stream().map(Ciphers::cheapestFirst).toList();
    }

    private static ConnectionSpec cheapestFirst(ConnectionSpec spec) {
        List<CipherSuite> allowed = spec.cipherSuites();
        if (!spec.isTls() || allowed == null) {
            return spec;
        }
        CipherSuite[] ordered = Stream.concat(
                        allowed.stream().filter(Ciphers::isCheap),
                        allowed.stream().filter(suite -> !isCheap(suite)))
                .toArray(CipherSuite[]::new);
        return new ConnectionSpec.Builder(spec).cipherSuites(ordered).build();
    }

    private static boolean isCheap(CipherSuite suite) {
        return suite.javaName().contains("CHACHA20");
    }
}
