package io.kusionstack.operating.testbed.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Pod's spec says of one container.
 *
 * @param preStop how long its preStop hook sleeps
 * @param probeFailure how long its readiness probe takes to notice that it no longer answers; null without a probe
 * @param sidecar an init container that keeps running
 * @param neverPulls whether its pull policy is Never
 */
record ContainerSpec(
        String name,
        String image,
        Duration preStop,
        @Nullable Duration probeFailure,
        boolean sidecar,
        boolean neverPulls) {
    private static final Pattern SLEEP = Pattern.compile("\\bsleep\\s+(\\d+(?:\\.\\d+)?)");

    static List<ContainerSpec> parse(JsonNode containers) {
        List<ContainerSpec> specs = new ArrayList<>();
        for (JsonNode container : containers) {
            specs.add(new ContainerSpec(
                    container.path("name").asText(),
                    container.path("image").asText(),
                    preStop(container.path("lifecycle").path("preStop")),
                    probe(container.path("readinessProbe")).orElse(null),
                    container.path("restartPolicy").asText().equals("Always"),
                    container.path("imagePullPolicy").asText().equals("Never")));
        }
        return List.copyOf(specs);
    }

    /** A sleep hook, or the first {@code sleep N} in the words of an exec hook; any other hook takes no time. */
    private static Duration preStop(JsonNode hook) {
        if (hook.has("sleep")) {
            return Duration.ofSeconds(hook.path("sleep").path("seconds").asLong());
        }
        StringBuilder words = new StringBuilder();
        hook.path("exec")
                .path("command")
                .forEach(word -> words.append(word.asText()).append(' '));
        Matcher sleep = SLEEP.matcher(words);
        return sleep.find() ? Duration.ofMillis(Math.round(Double.parseDouble(sleep.group(1)) * 1000)) : Duration.ZERO;
    }

    private static Optional<Duration> probe(JsonNode probe) {
        if (!probe.isObject()) {
            return Optional.empty();
        }
        long period = probe.path("periodSeconds").asLong(10);
        return Optional.of(
                Duration.ofSeconds(period * probe.path("failureThreshold").asLong(3)));
    }
}
