package io.kusionstack.operating.testbed.nodes;

import java.util.ArrayList;
import java.util.List;

/**
 * Which nodes there are and how they behave.
 *
 * @param names the nodes' names, at least one
 * @param cadence how soon they look at a Pod that has changed
 * @param scripts what goes differently from the start, the later over the earlier
 * @param writesInFlight how many status writes may be under way at once
 */
public record NodesConfig(List<String> names, Cadence cadence, List<NodeScript> scripts, int writesInFlight) {
    private static final int WRITES_IN_FLIGHT = 32;

    public NodesConfig {
        names = List.copyOf(names);
        scripts = List.copyOf(scripts);
        if (names.isEmpty() || writesInFlight < 1) {
            throw new IllegalArgumentException("at least one node and one write in flight are needed");
        }
    }

    /** So many nodes, {@code node-0} and on, with a kubelet's cadence and no scripts. */
    public static NodesConfig of(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add("node-" + i);
        }
        return new NodesConfig(names, Cadence.KUBELET, List.of(), WRITES_IN_FLIGHT);
    }

    /** The same with another cadence. */
    public NodesConfig with(Cadence other) {
        return new NodesConfig(names, other, scripts, writesInFlight);
    }

    /** The same with one more script. */
    public NodesConfig with(NodeScript script) {
        List<NodeScript> more = new ArrayList<>(scripts);
        more.add(script);
        return new NodesConfig(names, cadence, more, writesInFlight);
    }
}
