package io.kusionstack.operating.host.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import okhttp3.CipherSuite;
import okhttp3.ConnectionSpec;
import org.junit.jupiter.api.Test;

class CiphersTest {
    @Test
    void offersTheCheapestFirstAndAllOthersAfterIt() {
        ConnectionSpec spec = new ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS)
                .cipherSuites(
                        CipherSuite.TLS_AES_128_GCM_SHA256,
                        CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
                        CipherSuite.TLS_AES_256_GCM_SHA384,
                        CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256)
                .build();

        List<ConnectionSpec> ordered = Ciphers.cheapestFirst(List.of(spec, ConnectionSpec.CLEARTEXT));

        assertThat(ordered)
                .containsExactly(
                        new ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS)
                                .cipherSuites(
                                        CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
                                        CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
                                        CipherSuite.TLS_AES_128_GCM_SHA256,
                                        CipherSuite.TLS_AES_256_GCM_SHA384)
                                .build(),
                        ConnectionSpec.CLEARTEXT);
    }

    @Test
    void leavesASpecAloneThatAllowsWhateverThereIs() {
        ConnectionSpec all = new ConnectionSpec.Builder(ConnectionSpec.MODERN_TLS)
                .allEnabledCipherSuites()
                .build();

        assertThat(Ciphers.cheapestFirst(List.of(all))).containsExactly(all);
    }
}
