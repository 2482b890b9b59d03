package io.kusionstack.operating.testbed.nodes;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The conditions a node computes from containers and readiness gates; it never writes a gate's own condition. */
final class Conditions {
    /** Those of a node, in the order in which {@link #of} lists them. */
    static final List<String> TYPES = List.of("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady");

    private final List<Condition> before;
    private final PodView pod;
    private final Instant now;
    private final List<Condition> result = new ArrayList<>();

    private Conditions(List<Condition> before, PodView pod, Instant now) {
        this.before = before;
        this.pod = pod;
        this.now = now;
    }

    static List<Condition> of(List<Condition> before, SimulatedPod state, boolean completed, Instant now) {
        Conditions conditions = new Conditions(before, state.seen(), now);
        conditions.sandbox(state, completed);
        conditions.initialized(state, completed);
        if (completed) {
            conditions.add("Ready", false, "PodCompleted", "");
            conditions.add("ContainersReady", false, "PodCompleted", "");
        } else {
            conditions.readiness(state);
        }
        return List.copyOf(conditions.result);
    }

    private void sandbox(SimulatedPod state, boolean completed) {
        add("PodReadyToStartContainers", state.hasSandbox() && !completed, "", "");
    }

    private void initialized(SimulatedPod state, boolean completed) {
        List<String> waiting = state.init().stream()
                .filter(container -> !container.letsOthersStart())
                .map(container -> container.spec().name())
                .toList();
        if (completed) {
            add("Initialized", true, "PodCompleted", "");
        } else if (waiting.isEmpty() || state.begun()) {
            add("Initialized", true, "", "");
        } else {
            add(
                    "Initialized",
                    false,
                    "ContainersNotInitialized",
                    "containers with incomplete status: " + names(waiting));
        }
    }

    private void readiness(SimulatedPod state) {
        List<String> unready = new ArrayList<>();
        state.init().stream().filter(c -> c.spec().sidecar()).forEach(c -> collect(c.shown(), unready));
        state.shownContainers().forEach(c -> collect(c, unready));
        String containers = "containers with unready status: " + names(unready);
        List<String> gates = closedGates();
        if (!unready.isEmpty()) {
            add("Ready", false, "ContainersNotReady", containers);
        } else if (!gates.isEmpty()) {
            add("Ready", false, "ReadinessGatesNotReady", String.join(", ", gates));
        } else {
            add("Ready", true, "", "");
        }
        if (unready.isEmpty()) {
            add("ContainersReady", true, "", "");
        } else {
            add("ContainersReady", false, "ContainersNotReady", containers);
        }
    }

    private static void collect(ContainerStatus container, List<String> unready) {
        if (!container.ready()) {
            unready.add(container.name());
        }
    }

    private List<String> closedGates() {
        List<String> closed = new ArrayList<>();
        for (Map.Entry<String, String> gate : pod.gates().entrySet()) {
            if (gate.getValue().isEmpty()) {
                closed.add("corresponding condition of pod readiness gate \"" + gate.getKey() + "\" does not exist.");
            } else if (!gate.getValue().equals("True")) {
                closed.add("the status of pod readiness gate \"" + gate.getKey() + "\" is not \"True\", but "
                        + gate.getValue());
            }
        }
        return closed;
    }

    private static String names(List<String> names) {
        return "[" + String.join(" ", names) + "]";
    }

    private void add(String type, boolean status, String reason, String message) {
        Instant since = before.stream()
                .filter(condition -> condition.type().equals(type) && condition.status() == status)
                .map(Condition::lastTransition)
                .findFirst()
                .orElse(now);
        result.add(new Condition(type, status, reason, message, pod.generation(), since));
    }
}
