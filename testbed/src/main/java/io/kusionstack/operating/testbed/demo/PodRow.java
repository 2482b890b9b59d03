package io.kusionstack.operating.testbed.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/**
 * One line of the table: what the operator says about a Pod, and what the API server and the load balancer show.
 *
 * @param phase a word of the lifecycle; {@code in service} or {@code out of service} when no operation is on it
 * @param waiting what it waits for; empty when for nothing
 * @param since when the phase began, if it is one
 * @param image what it runs, and what it is to run where that differs
 * @param weight at the load balancer; {@code -} where it is not known there
 */
record PodRow(String pod, String phase, String waiting, Optional<Instant> since, String image, String weight) {
    private static final int LONGEST_MESSAGE = 110;

    /**
     * @param explanation the operator's answer about this Pod; an empty tree where it gave none
     * @param weight as the load balancer has it
     */
    static PodRow of(SeenPod pod, JsonNode explanation, Optional<Integer> weight) {
        JsonNode operation = explanation.at("/operations/0");
        String phase = operation.path("phase").asText(pod.inService() ? "in service" : "out of service");
        return new PodRow(
                pod.name(),
                phase,
                waiting(explanation.at("/waits/0")),
                time(operation.path("since").asText("")),
                images(pod),
                weight.map(String::valueOf).orElse("-"));
    }

    private static String waiting(JsonNode wait) {
        if (wait.isMissingNode()) {
            return "";
        }
        String message = wait.path("message").asText(wait.path("meaning").asText());
        String text = wait.path("reason").asText() + ": " + message;
        return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE - 3) + "...";
    }

    private static Optional<Instant> time(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeException unknown) {
            return Optional.empty();
        }
    }

    private static String images(SeenPod pod) {
        String runs = tag(pod.runs());
        String wants = tag(pod.image());
        return runs.equals(wants) || runs.isEmpty() ? wants : runs + " > " + wants;
    }

    /** What comes after the last slash: the registry is the same for all. */
    private static String tag(String image) {
        return image.substring(image.lastIndexOf('/') + 1);
    }
}
