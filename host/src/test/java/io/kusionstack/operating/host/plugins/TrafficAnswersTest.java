package io.kusionstack.operating.host.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Backend;
import io.kusionstack.operating.plugin.traffic.BackendChange;
import io.kusionstack.operating.plugin.traffic.BackendResult;
import io.kusionstack.operating.plugin.traffic.Observation;
import io.kusionstack.operating.plugin.traffic.Progress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrafficAnswersTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private final CountingPluginMetrics metrics = new CountingPluginMetrics();
    private final TrafficAnswers answers = new TrafficAnswers(
            "acme", new ErrorText(text -> text.replace("s3cret", "***")), Clock.fixed(NOW, ZoneOffset.UTC), metrics);

    @Test
    void whatAPluginSaysIsOneBoundedLineWithoutSecrets() throws InvalidPluginException {
        Backend backend = backend("10.0.0.1", 80);
        String words = "key s3cret\n" + "x".repeat(100_000);

        List<BackendResult> results = answers.checked(
                List.of(new BackendChange.PutOn(backend, 100)),
                List.of(new BackendResult(backend, new Progress.Failed("Code", words, true))));

        assertThat(results)
                .singleElement()
                .satisfies(result -> assertThat(((Progress.Failed) result.progress()).message())
                        .startsWith("key *** xxx")
                        .hasSize(ErrorText.SENTENCE + 3));
    }

    @Test
    void resultsAreMatchedByAddressAndPortToo() throws InvalidPluginException {
        Backend old = backend("10.0.0.1", 80);
        Backend now = backend("10.0.0.2", 80);
        Progress failed = new Progress.Failed("Refused", "not this one", true);

        assertThat(answers.checked(
                        List.of(new BackendChange.TakeOff(old, Optional.empty()), new BackendChange.PutOn(now, 100)),
                        List.of(new BackendResult(now, failed), new BackendResult(old, new Progress.Done()))))
                .containsExactly(new BackendResult(old, new Progress.Done()), new BackendResult(now, failed));
    }

    @Test
    void aResultForAnotherAddressOfThePodIsNoResult() throws InvalidPluginException {
        Backend asked = backend("10.0.0.1", 80);

        assertThat(answers.checked(
                        List.of(new BackendChange.PutOn(asked, 100)),
                        List.of(new BackendResult(backend("10.0.0.9", 80), new Progress.Done()))))
                .containsExactly(new BackendResult(asked, new Progress.Pending("NoResult", Duration.ofSeconds(1))));
        assertThat(metrics.count("acme apply dropped")).isEqualTo(1);
    }

    @Test
    void whatIsNotKnownHasAReasonAndATime() throws InvalidPluginException {
        assertThat(answers.checked(new Observation.Unknown("the API throttles", Duration.ZERO)))
                .isEqualTo(new Observation.Unknown("the API throttles", Duration.ofSeconds(1)));
        assertThatThrownBy(() -> answers.checked(unknownWithoutReason())).isInstanceOf(InvalidPluginException.class);
        assertThatThrownBy(() -> answers.checked(new Observation.NoSuchPlace(NOW.plusSeconds(1), "the list")))
                .isInstanceOf(InvalidPluginException.class);
    }

    @Test
    void aGroupIsAText() throws InvalidPluginException {
        assertThat(TrafficAnswers.checkedGroups(List.of("rsp-1"))).containsExactly("rsp-1");
        assertThatThrownBy(() -> TrafficAnswers.checkedGroups(Arrays.asList("rsp-1", " ")))
                .isInstanceOf(InvalidPluginException.class);
    }

    @SuppressWarnings("NullAway")
    private static Observation unknownWithoutReason() {
        return new Observation.Unknown(null, Duration.ZERO);
    }

    private static Backend backend(String ip, int port) {
        return new Backend(new PodRef("shop", "web-1", "uid-1"), ip, port, Map.of());
    }
}
