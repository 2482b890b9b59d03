package io.kusionstack.operating.testbed.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.operator.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Where the acts play: the surroundings, the objects of the sample, and the screen. For one thread. */
final class Stage {
    private static final String GROUP = "/apis/apps.kusionstack.io/v1alpha1";
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    private final Playground playground;
    private final Screen screen;
    private final Sample sample;
    private final int pods;
    private Instant lookedAt = Instant.MIN;

    Stage(Playground playground, Screen screen, Sample sample, int pods) {
        this.playground = playground;
        this.screen = screen;
        this.sample = sample;
        this.pods = pods;
    }

    Playground playground() {
        return playground;
    }

    Screen screen() {
        return screen;
    }

    Sample sample() {
        return sample;
    }

    int pods() {
        return pods;
    }

    /** How many Pods the sample's rule lets out of service. */
    int allowedOutOfService() {
        return Allowance.of(sample.the("PodTransitionRule"), pods);
    }

    /** How long a backend is to get no new requests before it is removed. */
    Duration drain() {
        return Duration.ofSeconds(sample.the("Service")
                .at("/metadata/annotations")
                .path("slb.traffic.operating.kusionstack.io/drain-seconds")
                .asInt());
    }

    /** The image that the sample's Pods run at first. */
    String firstImage() {
        return sample.the("CollaSet")
                .at("/spec/template/spec/containers/0/image")
                .asText();
    }

    /** The same image with another tag. */
    String image(String tag) {
        String image = firstImage();
        return image.substring(0, image.lastIndexOf(':') + 1) + tag;
    }

    /** Asks the set for another image. */
    void update(String image) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        JsonNode container =
                sample.the("CollaSet").at("/spec/template/spec/containers/0").deepCopy();
        patch.withObject("/spec/template/spec")
                .putArray("containers")
                .add(((ObjectNode) container).put("image", image));
        playground.api().patch(setPath(), PatchType.MERGE, patch);
    }

    private String setPath() {
        return GROUP + "/namespaces/" + playground.namespace() + "/collasets/" + set();
    }

    private String set() {
        return sample.the("CollaSet").at("/metadata/name").asText();
    }

    /** Shows the table until the rows are as wanted; false when the time is over. */
    boolean follow(Duration limit, Predicate<List<PodRow>> wanted) {
        screen.title(PodRows.header());
        lookedAt = Instant.MIN;
        return Await.until(limit, () -> isDue() && wanted.test(look()));
    }

    /** Shows the table until all Pods serve an image. */
    boolean followUntilAllServe(String image, Duration limit) {
        return follow(limit, rows -> allServe(image));
    }

    boolean allServe(String image) {
        List<SeenPod> now = playground.pods().pods();
        return now.size() == pods && now.stream().allMatch(pod -> pod.serves(image));
    }

    private boolean isDue() {
        Instant now = Instant.now();
        if (lookedAt.plus(BETWEEN_LOOKS).isAfter(now)) {
            return false;
        }
        lookedAt = now;
        return true;
    }

    private List<PodRow> look() {
        List<PodRow> rows = rows();
        PodRows table = new PodRows(rows);
        screen.show(screen.isTerminal() ? table.lines(Instant.now()) : table.timelessLines());
        return rows;
    }

    /** What operator, API server and load balancer say now. */
    List<PodRow> rows() {
        Map<String, JsonNode> explanations = new HashMap<>();
        playground
                .host()
                .explain("sets", playground.namespace(), set())
                .ifPresent(set -> set.path("pods")
                        .forEach(pod -> explanations.put(pod.at("/pod/name").asText(), pod)));
        Map<String, Integer> weights = playground.configuredWeights();
        List<PodRow> rows = new ArrayList<>();
        for (SeenPod pod : playground.pods().pods()) {
            JsonNode explanation = explanations.getOrDefault(pod.name(), MissingNode.getInstance());
            rows.add(PodRow.of(pod, explanation, Optional.ofNullable(weights.get(pod.address()))));
        }
        return rows;
    }
}
