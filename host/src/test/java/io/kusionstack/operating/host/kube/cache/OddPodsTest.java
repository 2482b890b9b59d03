package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A value of another kind than the one that is expected, anywhere in a Pod: the rest of the Pod and the next one are read. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OddPodsTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> ODD = List.of(
            "null", "\"x\"", "7", "true", "1e400", "[]", "[null]", "[\"x\",7]", "[[{}],null]", "{}", "{\"a\":[null]}");

    private final PodParser parser = new PodParser(Set.of("example.com/asked"), PodStream.Encoding.PROTOBUF);

    @Test
    void anOddValueInTheStatusOrTheSpecLeavesTheRest() throws IOException {
        PodRecord whole = parser.parse(bytes(recorded()));

        for (int place = 0; place < places(recorded()).size(); place++) {
            for (String odd : ODD) {
                ObjectNode pod = recorded();
                put(pod, place, JSON.readTree(odd));

                PodRecord read = readBesideAnother(pod);

                if (pod.path("metadata").equals(recorded().path("metadata"))) {
                    assertThat(read.ref()).as("%s", pod).isEqualTo(whole.ref());
                    assertThat(read.labels()).isEqualTo(whole.labels());
                }
                if (pod.path("spec").equals(recorded().path("spec"))) {
                    assertThat(read.node()).as("%s", pod).isEqualTo(whole.node());
                }
                if (pod.path("status").equals(recorded().path("status"))) {
                    assertThat(read.phase()).as("%s", pod).isEqualTo(whole.phase());
                }
            }
        }
    }

    @RepeatedTest(300)
    void manyOddValuesAreReadOver(RepetitionInfo repetition) throws IOException {
        Random random = new Random(repetition.getCurrentRepetition());
        ObjectNode pod = recorded();
        for (int i = 0; i < 8 && !places(pod).isEmpty(); i++) {
            put(pod, random.nextInt(places(pod).size()), JSON.readTree(ODD.get(random.nextInt(ODD.size()))));
        }

        readBesideAnother(pod);
    }

    @Test
    void anElementThatIsNoneOfTheExpectedKindIsSkipped() throws IOException {
        ObjectNode odd = recorded();
        for (String path : List.of(
                "/metadata/finalizers",
                "/metadata/ownerReferences",
                "/spec/readinessGates",
                "/spec/containers",
                "/spec/volumes",
                "/status/conditions",
                "/status/podIPs",
                "/status/containerStatuses")) {
            ((ArrayNode) odd.at(path)).insertNull(0).insert(1, 7).insert(2, JSON.readTree("[{}]"));
        }

        assertThat(parser.parse(bytes(odd))).isEqualTo(parser.parse(bytes(recorded())));
    }

    /** As the first of a list and of a watch: the second of each has to be read. */
    private PodRecord readBesideAnother(ObjectNode odd) throws IOException {
        PodRecord other = parser.parse(bytes(recorded()));
        List<PodRecord> listed = new ArrayList<>();
        byte[] list = ("{\"items\":[" + odd + "," + recorded() + ",null,\"x\"]}").getBytes(StandardCharsets.UTF_8);
        parser.format("application/json").page(list, listed::add);
        byte[] watch = (event(odd) + event(recorded())).getBytes(StandardCharsets.UTF_8);
        List<PodEvent> watched = PodEncodings.events(parser.format("application/json"), watch);

        PodRecord alone = parser.parse(bytes(odd));
        assertThat(listed).containsExactly(alone, other);
        assertThat(watched).containsExactly(new PodEvent.PodSeen(alone), new PodEvent.PodSeen(other));
        return alone;
    }

    private static String event(JsonNode pod) {
        return "{\"type\":\"ADDED\",\"object\":" + pod + "}";
    }

    /** Puts a value in the place of the one that is there; one whose turn comes as an element of an array, before it, too. */
    private static void put(ObjectNode pod, int place, JsonNode odd) {
        Place where = places(pod).get(place);
        switch (where.around()) {
            case ObjectNode object -> object.set(where.name(), odd);
            case ArrayNode array when where.isBefore() -> array.insert(Integer.parseInt(where.name()), odd);
            case ArrayNode array -> array.set(Integer.parseInt(where.name()), odd);
            default -> throw new AssertionError(where);
        }
    }

    private record Place(ContainerNode<?> around, String name, boolean isBefore) {}

    private static List<Place> places(JsonNode node) {
        List<Place> places = new ArrayList<>();
        if (node instanceof ObjectNode object) {
            for (var field : object.properties()) {
                places.add(new Place(object, field.getKey(), false));
                places.addAll(places(field.getValue()));
            }
        }
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                places.add(new Place(array, Integer.toString(i), false));
                places.add(new Place(array, Integer.toString(i), true));
                places.addAll(places(array.get(i)));
            }
        }
        return places;
    }

    private static byte[] bytes(JsonNode pod) {
        return pod.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode recorded() throws IOException {
        try (InputStream file = OddPodsTest.class.getResourceAsStream("/kube/pod.json")) {
            return (ObjectNode) JSON.readTree(Objects.requireNonNull(file));
        }
    }
}
