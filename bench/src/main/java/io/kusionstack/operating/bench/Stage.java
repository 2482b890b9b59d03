package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Optional;

/**
 * How far the update of a Pod is, as its object shows it, in the order in which they follow. A write may pass several at once.
 * The labels are those of docs/lifecycle.md, whatever the id of the operation.
 */
enum Stage {
    /** An operation is on the Pod. */
    MARKED("marked", "marked"),
    /** The rules have let it pass. */
    PASSED("passed PreCheck", "passed"),
    /** It has left service. */
    PREPARING("Preparing", "preparing"),
    /** It may be touched: the image is another one. */
    OPERATING("Operating", "operating"),
    /** The kubelet has published that the containers run the new image and are ready. */
    RESTARTED("restarted", "restarted"),
    /** Its readiness gate is open again. */
    COMPLETING("Completing", "completing"),
    /** The kubelet has published it Ready. */
    READY("Ready", "ready"),
    IN_SERVICE("in service", "inService");

    private static final String DOMAIN = ".podopslifecycle.kusionstack.io/";

    private final String word;
    private final String key;

    Stage(String word, String key) {
        this.word = word;
        this.key = key;
    }

    /** For people. */
    String word() {
        return word;
    }

    /** For programs. */
    String key() {
        return key;
    }

    /** Empty where the Pod is not in service for another reason. A Pod that is not updated yet is in service. */
    static Optional<Stage> of(JsonNode pod) {
        if (has(pod, "completing") || has(pod, "operated")) {
            return Optional.of(Pods.ready(pod) ? READY : COMPLETING);
        }
        if (has(pod, "operate")) {
            return Optional.of(runsWhatItShould(pod) ? RESTARTED : OPERATING);
        }
        if (has(pod, "preparing")) {
            return Optional.of(PREPARING);
        }
        if (has(pod, "pre-checked")) {
            return Optional.of(PASSED);
        }
        if (has(pod, "operating")) {
            return Optional.of(MARKED);
        }
        return Pods.hasLabel(pod, Pods.SERVICE_AVAILABLE) && Pods.ready(pod)
                ? Optional.of(IN_SERVICE)
                : Optional.empty();
    }

    private static boolean has(JsonNode pod, String word) {
        for (Iterator<String> labels = pod.at("/metadata/labels").fieldNames(); labels.hasNext(); ) {
            if (labels.next().startsWith(word + DOMAIN)) {
                return true;
            }
        }
        return false;
    }

    private static boolean runsWhatItShould(JsonNode pod) {
        String wanted = pod.at("/spec/containers/0/image").asText();
        return Pods.containersReady(pod)
                && pod.at("/status/containerStatuses/0/image").asText().equals(wanted);
    }
}
