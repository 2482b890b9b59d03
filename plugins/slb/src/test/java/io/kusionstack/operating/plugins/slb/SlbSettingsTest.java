package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SlbSettingsTest {
    @Test
    void theLeastThatIsNeededIsEnough() {
        SlbSettings settings = settings("cn-hangzhou", "env:ID", Optional.empty(), Optional.empty());

        assertThat(settings.problems()).isEmpty();
        assertThat(settings.where()).isEqualTo("slb.cn-hangzhou.aliyuncs.com");
        assertThat(settings.isPlain()).isFalse();
        assertThat(settings.isLoopback()).isFalse();
    }

    @Test
    void speaksPlainHttpOnlyToThisMachine() {
        assertThat(settings("r", "env:ID", Optional.of("127.0.0.1:8000"), Optional.of("http"))
                        .problems())
                .isEmpty();
        assertThat(settings("r", "env:ID", Optional.of("localhost:8000"), Optional.of("http"))
                        .problems())
                .isEmpty();
        assertThat(settings("r", "env:ID", Optional.of("127.0.0.1.example.com"), Optional.of("http"))
                        .problems())
                .containsExactly(
                        "protocol is http, and the endpoint 127.0.0.1.example.com is not on the loopback interface;"
                                + " signed calls go there by https only");
    }

    @Test
    void tellsAllProblemsAndNoKey() {
        SlbSettings settings = new SlbSettings(
                "Hangzhou",
                "LTAI-the-key-itself",
                "file:relative",
                Optional.of("the-token"),
                Optional.of("https://slb.aliyuncs.com/"),
                Optional.of("ftp"),
                Optional.of("a b"),
                Optional.of(Duration.ZERO),
                Optional.of(Duration.ofSeconds(-1)),
                Optional.of(41),
                Optional.of(0),
                Optional.of(0),
                Map.of());

        assertThat(settings.problems())
                .containsExactly(
                        "region is \"Hangzhou\"; it is a word like cn-hangzhou",
                        "accessKeyId is not a reference; it is env:NAME or file:/path, never the value itself",
                        "accessKeySecret is not a reference; it is env:NAME or file:/path, never the value itself",
                        "securityToken is not a reference; it is env:NAME or file:/path, never the value itself",
                        "endpoint is \"https://slb.aliyuncs.com/\"; it is a host, or host:port, without a scheme or path",
                        "protocol is \"ftp\"; it is https, or http for an endpoint on the loopback interface",
                        "cluster is \"a b\"; it is 1 to 40 letters, digits, dots, underscores or hyphens",
                        "connectTimeout must be positive",
                        "callTimeout must be positive",
                        "batchSize is 41; it is between 1 and 40",
                        "readsPerSecond is 0; it is at least 1",
                        "writesPerSecond is 0; it is at least 1");
    }

    @Test
    void aNamespaceMayUseWhatIsListedForItOrForAll() {
        SlbSettings settings = settings("r", "env:ID", Optional.empty(), Optional.empty());

        assertThat(settings.refusal("shop", "lb-1", List.of("rsp-1"))).isEmpty();
        assertThat(settings.refusal("shop", "lb-2", List.of("rsp-2", "rsp-9"))).isEmpty();
        assertThat(settings.refusal("shop", "lb-2", List.of("rsp-2", "rsp-3"))).isPresent();
        assertThat(settings.refusal("other", "lb-1", List.of("rsp-9"))).isEmpty();
        assertThat(settings.refusal("other", "lb-1", List.of("rsp-1")))
                .contains("namespace other must not use load balancer lb-1 with [rsp-1]:"
                        + " plugins.settings.slb.namespaces allows it [rsp-9]");
    }

    private static SlbSettings settings(
            String region, String key, Optional<String> endpoint, Optional<String> protocol) {
        return new SlbSettings(
                region,
                key,
                "file:/run/secrets/slb",
                Optional.empty(),
                endpoint,
                protocol,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of("shop", List.of("lb-1", "rsp-2"), "*", List.of("rsp-9")));
    }
}
