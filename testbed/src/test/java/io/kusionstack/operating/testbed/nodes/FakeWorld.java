package io.kusionstack.operating.testbed.nodes;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One node whose scripts a test plays. */
final class FakeWorld implements NodeWorld {
    private final Cadence cadence;
    private final List<NodeScript> scripts = new ArrayList<>();
    private final Set<String> held = new HashSet<>();
    private final Map<String, String> firstTags = new HashMap<>();

    FakeWorld(Cadence cadence) {
        this.cadence = cadence;
    }

    void play(NodeScript script) {
        scripts.add(script);
    }

    @Override
    public Cadence cadence() {
        return cadence;
    }

    @Override
    public Timings timings(PodView pod, String image) {
        return Timings.of(scripts, pod.node(), pod.key(), image);
    }

    @Override
    public boolean holdsImage(String node, String image) {
        return held.contains(image);
    }

    @Override
    public Image pulled(PodView pod, String image) {
        held.add(image);
        String digest = timings(pod, image).digest();
        firstTags.putIfAbsent(digest, image);
        return new Image(firstTags.getOrDefault(digest, image), "digest of " + digest);
    }

    @Override
    public String hostIp(String node) {
        return "172.20.0.1";
    }

    @Override
    public String podIp(PodView pod) {
        return "10.244.0.1";
    }
}
