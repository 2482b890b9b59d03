package io.kusionstack.operating.testbed.nodes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The nodes' images, addresses and scripts, shared by all Pods. Safe for any thread. */
final class LiveWorld implements NodeWorld {
    private record OnNode(String node, String name) {}

    private static final int A_BLOCK = 250;
    private static final int ADDRESSES = 250 * A_BLOCK;

    private final NodesConfig config;
    private final List<NodeScript> scripts;
    private final Map<String, List<NodeScript>> missing = new ConcurrentHashMap<>();
    private final Set<OnNode> held = ConcurrentHashMap.newKeySet();
    private final Map<OnNode, String> firstTags = new ConcurrentHashMap<>();
    private final Map<String, String> podIps = new ConcurrentHashMap<>();
    private final Set<String> usedIps = ConcurrentHashMap.newKeySet();
    private final Map<String, String> lastHolders = new ConcurrentHashMap<>();
    private final AtomicInteger nextIp = new AtomicInteger();

    LiveWorld(NodesConfig config) {
        this.config = config;
        this.scripts = new CopyOnWriteArrayList<>(config.scripts());
    }

    void play(NodeScript script) {
        scripts.add(script);
    }

    /** The images, as globs, that the node cannot pull, whatever the scripts say; in place of those said before. */
    void missing(String node, List<String> images) {
        missing.put(
                node,
                images.stream()
                        .map(glob -> NodeScript.forNode(node).forImages(glob).pullFails())
                        .toList());
    }

    @Override
    public Cadence cadence() {
        return config.cadence();
    }

    @Override
    public Timings timings(PodView pod, String image) {
        List<NodeScript> all = new ArrayList<>(scripts);
        all.addAll(missing.getOrDefault(pod.node(), List.of()));
        return Timings.of(all, pod.node(), pod.key(), image);
    }

    @Override
    public boolean holdsImage(String node, String image) {
        return held.contains(new OnNode(node, image));
    }

    @Override
    public Image pulled(PodView pod, String image) {
        held.add(new OnNode(pod.node(), image));
        String id = Digests.imageId(timings(pod, image).digest());
        firstTags.putIfAbsent(new OnNode(pod.node(), id), image);
        return new Image(firstTags.getOrDefault(new OnNode(pod.node(), id), image), id);
    }

    @Override
    public String hostIp(String node) {
        int index = config.names().indexOf(node);
        return "172.20." + (index / 250) + "." + (index % 250 + 1);
    }

    @Override
    public String podIp(PodView pod) {
        return pod.hostNetwork() ? hostIp(pod.node()) : podIps.computeIfAbsent(pod.uid(), this::freeIp);
    }

    /** The uid of the Pod that has the address, or had it last. */
    Optional<String> holder(String ip) {
        return Optional.ofNullable(lastHolders.get(ip));
    }

    /** Keeps the address a Pod has from before. */
    void adoptPodIp(String uid, String ip) {
        podIps.put(uid, ip);
        usedIps.add(ip);
        lastHolders.put(ip, uid);
    }

    /** Gives a removed Pod's address back; it is used again when all others were. */
    void forget(String uid) {
        String ip = podIps.remove(uid);
        if (ip != null) {
            usedIps.remove(ip);
        }
    }

    private String freeIp(String uid) {
        for (int tries = 0; tries < ADDRESSES; tries++) {
            int number = Math.floorMod(nextIp.getAndIncrement(), ADDRESSES);
            String ip = "10.244." + (number / A_BLOCK) + "." + (number % A_BLOCK + 1);
            if (usedIps.add(ip)) {
                lastHolders.put(ip, uid);
                return ip;
            }
        }
        throw new IllegalStateException("more than " + ADDRESSES + " Pods at once have no address left");
    }
}
