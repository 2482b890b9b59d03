package io.kusionstack.operating.host.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConfigBinderTest {
    private enum Mode {
        OBSERVE("observe"),
        DIRECT("direct");

        private final String word;

        Mode(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    private record Window(String from, int hours) {
        Window {
            if (hours < 1 || hours > 24) {
                throw new IllegalArgumentException("hours has to be 1 to 24 and is " + hours);
            }
        }
    }

    private record All(
            String text,
            int count,
            long large,
            double share,
            BigDecimal exact,
            boolean on,
            Mode mode,
            Duration patience,
            Instant since,
            URI endpoint,
            List<Window> windows,
            Map<String, Integer> weights,
            Optional<String> note,
            Optional<Window> night) {}

    private record Numbers(
            int count, Mode mode, Duration patience, List<Window> windows, Map<String, Integer> weights) {}

    private record Ruled(
            @ConfigKey(absent = "3", min = "1", max = "10") int count,

            @ConfigKey(absent = "1h", min = "1s", max = "1d")
            Duration patience,

            @ConfigKey(absent = "[observe]", minItems = 1, uniqueItems = true)
            List<Mode> modes,

            @ConfigKey(absent = "{}") Inner inner) {}

    private record Inner(
            @ConfigKey(absent = "a", pattern = "[a-z]+", message = "it has to be in small letters")
            String word) {}

    private record Keys(String accessKey, String plain) {}

    private record Loop(String name, Optional<Loop> next) {}

    private record Odd(Thread thread, Map<Integer, String> byNumber, List<Object> any, Loop loop) {}

    @Test
    void bindsEveryTypeThatIsAllowed() throws IOException {
        assertThat(ConfigBinder.bind(yaml("""
                text: a word
                count: 3
                large: 5000000000
                share: 0.5
                exact: 1.10
                on: true
                mode: direct
                patience: 90s
                since: "2026-01-31T08:00:00Z"
                endpoint: https://slb.example.com
                windows: [{from: "22:00", hours: 8}]
                weights: {a: 1, b: 2}
                night: {from: "23:00", hours: 1}
                """), All.class))
                .isEqualTo(new ConfigResult.ValidConfig<>(new All(
                        "a word",
                        3,
                        5_000_000_000L,
                        0.5,
                        new BigDecimal("1.1"),
                        true,
                        Mode.DIRECT,
                        Duration.ofSeconds(90),
                        Instant.parse("2026-01-31T08:00:00Z"),
                        URI.create("https://slb.example.com"),
                        List.of(new Window("22:00", 8)),
                        Map.of("a", 1, "b", 2),
                        Optional.empty(),
                        Optional.of(new Window("23:00", 1)))));
    }

    @Test
    void onlyOptionalListAndMapMayBeLeftOut() {
        assertThat(problems(JsonNodeFactory.instance.objectNode(), Numbers.class))
                .isEqualTo(List.of(
                        "count: it is missing; it has to be a whole number from -2147483648 to 2147483647",
                        "mode: it is missing; it has to be one of observe, direct",
                        "patience: it is missing; it has to be a time such as 500ms, 30s, 5m, 1h or PT1H30M"));
    }

    @Test
    void tellsAllThatIsWrongEachWithPathValueAndWhatIsAllowed() throws IOException {
        assertThat(problems(yaml("""
                count: "3"
                mode: Direct
                patience: soon
                windows: [{from: 22, hours: 8}, {from: "1:00", hours: 25}, 7]
                weights: {a: x, b: 2}
                weight: 1
                """), Numbers.class))
                .isEqualTo(List.of(
                        "count: \"3\" is not allowed; it has to be a whole number from -2147483648 to 2147483647",
                        "mode: \"Direct\" is not allowed; it has to be one of observe, direct",
                        "patience: \"soon\" is not allowed; it has to be a time such as 500ms, 30s, 5m, 1h or PT1H30M",
                        "windows[0].from: 22 is not allowed; it has to be a text",
                        "windows[1]: hours has to be 1 to 24 and is 25",
                        "windows[2]: 7 is not allowed; it has to be a map of keys to values",
                        "weights.a: \"x\" is not allowed; it has to be a whole number from -2147483648 to 2147483647",
                        "weight: there is no such key; known here are count, mode, patience, windows, weights"));
    }

    @Test
    void takesNoListForTheWhole() throws IOException {
        assertThat(problems(yaml("[1]"), Window.class))
                .containsExactly("[1] is not allowed; it has to be a map of keys to values");
    }

    @Test
    void aKeyWithARuleIsBoundToItsDefaultOrToldWhatIsAllowed() throws IOException {
        assertThat(ConfigBinder.bind(yaml("{}"), Ruled.class))
                .isEqualTo(new ConfigResult.ValidConfig<>(
                        new Ruled(3, Duration.ofHours(1), List.of(Mode.OBSERVE), new Inner("a"))));
        assertThat(problems(yaml("{count: 11, patience: 2d, modes: [direct, direct], inner: {word: B}}"), Ruled.class))
                .containsExactly(
                        "count: 11 is not allowed; it has to be a whole number from 1 to 10",
                        "patience: \"2d\" is not allowed; it has to be a time from 1s to 1d, with the unit ms, s, m, h or d",
                        "modes[1]: \"direct\" is not allowed; each may be listed only once",
                        "inner.word: \"B\" is not allowed; it has to be in small letters");
        assertThat(problems(yaml("{count: null, modes: []}"), Ruled.class))
                .containsExactly("modes: [] is not allowed; it has to be a list with at least 1 of observe, direct");
    }

    @Test
    void aValueThatMayBeASecretIsNotShown() throws IOException {
        assertThat(problems(yaml("{accessKey: 7, plain: {token: x}}"), Keys.class))
                .containsExactly(
                        "accessKey: the value (not shown, it may be a secret) is not allowed; it has to be a text",
                        "plain: the value (not shown, it may be a secret) is not allowed; it has to be a text");
    }

    @Test
    void aTokenIsNotShownWhereverItIsWritten() throws IOException {
        String rule = " is not allowed; it has to be a time from 1s to 1d, with the unit ms, s, m, h or d";

        assertThat(problems(
                        yaml("{count: 1, patience: Bearer eyJhbGciOiJSUzI1NiJ9.e30.x, inner: {word: a}}"), Ruled.class))
                .containsExactly("patience: the value (not shown, it may be a secret)" + rule);
        for (String token : List.of("0123456789abcdef0123456789abcdef", "AKIAIOSFODNN7EXAMPLE")) {
            assertThat(problems(yaml("{count: 1, patience: " + token + ", inner: {word: a}}"), Ruled.class))
                    .containsExactly("patience: the value (not shown, it may be a secret)" + rule);
        }
        assertThat(problems(yaml("{count: 1, patience: 'http://user:hunter2@host', inner: {word: a}}"), Ruled.class))
                .containsExactly("patience: the value (not shown, it may be a secret)" + rule);
        assertThat(problems(yaml("{count: 1, patience: 2026-11-29T08:00:00, inner: {word: a}}"), Ruled.class))
                .containsExactly("patience: \"2026-11-29T08:00:00\"" + rule);
    }

    @Test
    void aProblemOfAValueIsOneOfTheWhole() {
        ConfigResult.Problem problem = new ConfigResult.Problem("port", "99999", "it has to be less");

        assertThat(problem.below("http")).hasToString("http.port: 99999 is not allowed; it has to be less");
        assertThat(new ConfigResult.Problem("", "", "it is empty").below("http"))
                .hasToString("http: it is empty");
    }

    @Test
    void saysWhichComponentsNothingCanBeBoundTo() {
        assertThat(ConfigBinder.unbindable(Odd.class))
                .contains("Odd.thread is of type java.lang.Thread;"
                        + " Odd.byNumber is of type java.util.Map<java.lang.Integer, java.lang.String>;"
                        + " Odd.any is of type java.lang.Object. Allowed are " + ConfigType.ALLOWED);
        assertThat(ConfigBinder.unbindable(All.class)).isEmpty();
        assertThat(ConfigBinder.unbindable(String.class))
                .contains("java.lang.String is not a record. Allowed are " + ConfigType.ALLOWED);
    }

    private static List<String> problems(JsonNode tree, Class<? extends Record> type) {
        ConfigResult<?> result = ConfigBinder.bind(tree, type);
        assertThat(result).isInstanceOf(ConfigResult.InvalidConfig.class);
        return ((ConfigResult.InvalidConfig<?>) result)
                .problems().stream().map(ConfigResult.Problem::toString).toList();
    }

    private static JsonNode yaml(String text) throws IOException {
        return new YAMLMapper().readTree(text);
    }
}
