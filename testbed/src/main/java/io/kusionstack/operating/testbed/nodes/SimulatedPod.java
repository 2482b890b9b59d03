package io.kusionstack.operating.testbed.nodes;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One Pod on its node, as a value: {@link #step} says what an event makes of it.
 *
 * <p>The node <em>looks</em> at a Pod some time after it changed (the {@link Cadence}); only a look acts on spec,
 * gates and deletion. What containers do by themselves is published at once, with the newest Pod seen.
 *
 * @param seen the Pod as the API last had it
 * @param looked the Pod as the last look found it
 * @param lastLook when that was, or when a container last changed by itself
 * @param restarted when a container was last replaced, null if none was
 * @param lookDue when the next look is, null if none is due
 * @param removeDue when an ended Pod's object is deleted
 * @param published the last status published, null before the first
 */
record SimulatedPod(
        PodView seen,
        PodView looked,
        Stage stage,
        List<SimulatedContainer> init,
        List<SimulatedContainer> containers,
        Instant startTime,
        Instant lastLook,
        @Nullable Instant restarted,
        @Nullable Instant lookDue,
        @Nullable Instant removeDue,
        @Nullable PodStatus published) {
    private static final Duration REMOVAL = Duration.ofMillis(500);

    enum Stage {
        ALIVE,
        TERMINATING,
        ENDED,
        REMOVED
    }

    SimulatedPod {
        init = List.copyOf(init);
        containers = List.copyOf(containers);
    }

    /** A Pod that was just bound to its node. */
    static Step bound(PodView pod, Instant now, NodeWorld world) {
        String reason = pod.initContainers().isEmpty() ? "ContainerCreating" : "PodInitializing";
        Draft draft = new Draft(new SimulatedPod(
                pod,
                pod,
                Stage.ALIVE,
                pod.initContainers().stream()
                        .map(spec -> SimulatedContainer.idle(spec, true, "PodInitializing"))
                        .toList(),
                pod.containers().stream()
                        .map(spec -> SimulatedContainer.idle(spec, false, reason))
                        .toList(),
                now,
                now,
                null,
                null,
                null,
                null));
        draft.look(now, world);
        return draft.finish(now, world);
    }

    /** What has come due since the Pod was picked up from its status. */
    static Step pickedUp(SimulatedPod pod, Instant now, NodeWorld world) {
        return pod.step(new PodEvent.Tick(), now, world);
    }

    /** What the event makes of the Pod at that time. */
    Step step(PodEvent event, Instant now, NodeWorld world) {
        Draft draft = new Draft(this);
        switch (event) {
            case PodEvent.Seen(PodView pod) -> draft.see(pod, now, world);
            case PodEvent.Tick() -> draft.tick(now, world);
            case PodEvent.Retagged(String container, String imageId) -> draft.retag(container, imageId);
        }
        return draft.finish(now, world);
    }

    /** Whether every container of the Pod runs and is ready, whatever its readiness gates say. */
    boolean serving() {
        return stage != Stage.REMOVED && containers.stream().allMatch(SimulatedContainer::serving);
    }

    boolean begun() {
        return containers.stream().anyMatch(container -> !container.idle());
    }

    /** Whether the Pod has its network: a first container has started, or failed to for want of its image. */
    boolean hasSandbox() {
        return init.stream().anyMatch(SimulatedContainer::triedToStart)
                || containers.stream().anyMatch(SimulatedContainer::triedToStart);
    }

    private boolean busy() {
        return init.stream().anyMatch(SimulatedContainer::busy)
                || containers.stream().anyMatch(SimulatedContainer::busy);
    }

    private boolean hasNews() {
        return seen.generation() != looked.generation() || !seen.gates().equals(looked.gates());
    }

    /** A Pod being changed by one step. */
    private static final class Draft {
        private SimulatedPod pod;
        private boolean publish;

        Draft(SimulatedPod pod) {
            this.pod = pod;
        }

        void see(PodView view, Instant now, NodeWorld world) {
            PodView before = pod.seen;
            pod = pod.withSeen(view);
            Duration grace = view.grace();
            if (grace == null) {
                return;
            }
            if (pod.stage == Stage.ALIVE && (before.grace() == null || pod.lookDue == null)) {
                // A deletion is acted on at once: the kubelet does not hold it back as it does an update.
                pod = pod.withLookDue(now.plus(world.cadence().reaction()));
            } else if (pod.stage == Stage.TERMINATING && !grace.equals(before.grace())) {
                eachContainer(container -> container.terminate(now, grace, view, world));
            }
        }

        void retag(String container, String imageId) {
            eachContainer(c -> c.spec().name().equals(container) ? c.retagged(imageId) : c);
            publish = true;
        }

        void tick(Instant now, NodeWorld world) {
            List<ContainerStatus> before = statuses(pod);
            eachContainer(container -> container.tick(now, pod.seen, world));
            startNext(now, world);
            if (!before.equals(statuses(pod))) {
                publish = true;
                boolean replaced = restarts(statuses(pod)) > restarts(before);
                pod = pod.withLastLook(now, replaced ? now : pod.restarted);
            }
            if (pod.lookDue != null && !pod.lookDue.isAfter(now)) {
                pod = pod.withLookDue(null);
                look(now, world);
            }
            endIfAllEnded(now, world);
            if (pod.removeDue != null && !pod.removeDue.isAfter(now)) {
                pod = pod.withStage(Stage.REMOVED, null);
            }
        }

        void look(Instant now, NodeWorld world) {
            if (pod.stage != Stage.ALIVE || (pod.busy() && pod.seen.grace() == null)) {
                return;
            }
            publish = true;
            pod = pod.looking(now);
            Duration grace = pod.seen.grace();
            if (grace != null) {
                pod = pod.withStage(Stage.TERMINATING, null);
                eachContainer(container -> container.terminate(now, grace, pod.seen, world));
                endIfAllEnded(now, world);
                return;
            }
            pod = pod.withContainers(
                    updated(pod.init, pod.seen.initContainers(), now, world),
                    updated(pod.containers, pod.seen.containers(), now, world));
            startNext(now, world);
        }

        private List<SimulatedContainer> updated(
                List<SimulatedContainer> containers, List<ContainerSpec> specs, Instant now, NodeWorld world) {
            List<SimulatedContainer> next = new ArrayList<>();
            for (SimulatedContainer container : containers) {
                ContainerSpec wanted = specs.stream()
                        .filter(spec -> spec.name().equals(container.spec().name()))
                        .findFirst()
                        .orElse(container.spec());
                next.add(wanted.image().equals(container.image()) ? container : change(container, wanted, now, world));
            }
            return next;
        }

        private SimulatedContainer change(
                SimulatedContainer container, ContainerSpec wanted, Instant now, NodeWorld world) {
            return switch (container.phase()) {
                case Phase.Running running -> container.replace(wanted, now, pod.seen, world);
                case Phase.PullFailed failed -> container.begin(wanted, now, pod.seen, world);
                case Phase.BackingOff waiting -> container.begin(wanted, now, pod.seen, world);
                case Phase.Idle idle -> container.wanting(wanted);
                case Phase.Ended ended -> container;
                case Phase.Pulling pulling -> container;
                case Phase.Starting starting -> container;
                case Phase.Stopping stopping -> container;
            };
        }

        /** Init containers one after the other, then all others together. */
        private void startNext(Instant now, NodeWorld world) {
            if (pod.stage != Stage.ALIVE) {
                return;
            }
            List<SimulatedContainer> init = new ArrayList<>(pod.init);
            for (int i = 0; i < init.size(); i++) {
                SimulatedContainer container = init.get(i);
                if (container.idle()) {
                    init.set(i, container.begin(container.spec(), now, pod.seen, world));
                }
                if (!container.letsOthersStart()) {
                    pod = pod.withContainers(init, pod.containers);
                    return;
                }
            }
            eachContainer(c -> c.idle() && !c.initial() ? c.begin(c.spec(), now, pod.seen, world) : c);
        }

        private void endIfAllEnded(Instant now, NodeWorld world) {
            boolean allEnded = pod.init.stream().allMatch(SimulatedContainer::ended)
                    && pod.containers.stream().allMatch(SimulatedContainer::ended);
            if (pod.stage == Stage.TERMINATING && allEnded) {
                eachContainer(container -> container.finished(now));
                Duration removal = world.cadence() == Cadence.KUBELET ? REMOVAL : Duration.ZERO;
                pod = pod.withStage(Stage.ENDED, now.plus(removal));
                publish = true;
            }
        }

        private void eachContainer(UnaryOperator<SimulatedContainer> change) {
            pod = pod.withContainers(
                    pod.init.stream().map(change).toList(),
                    pod.containers.stream().map(change).toList());
        }

        Step finish(Instant now, NodeWorld world) {
            if (pod.stage == Stage.REMOVED) {
                return new Step(pod, null, null, true);
            }
            if (pod.stage == Stage.ALIVE && pod.lookDue == null && !pod.busy() && pod.hasNews()) {
                pod = pod.withLookDue(pod.nextLook(now, world.cadence()));
            }
            PodStatus status = publish ? PodStatuses.of(pod, now, world) : null;
            if (status == null || status.equals(pod.published)) {
                return new Step(pod, null, pod.wake(), false);
            }
            pod = pod.withPublished(status);
            return new Step(pod, status, pod.wake(), false);
        }

        private static List<ContainerStatus> statuses(SimulatedPod pod) {
            List<ContainerStatus> statuses = new ArrayList<>();
            pod.init.forEach(container -> statuses.add(container.shown()));
            pod.containers.forEach(container -> statuses.add(container.shown()));
            return statuses;
        }

        private static int restarts(List<ContainerStatus> statuses) {
            return statuses.stream().mapToInt(ContainerStatus::restartCount).sum();
        }
    }

    private Instant nextLook(Instant now, Cadence cadence) {
        Instant next = later(now.plus(cadence.reaction()), lastLook.plus(cadence.betweenLooks()));
        boolean gatesOnly = seen.generation() == looked.generation();
        // an image that was patched before the restart has waited for its turn since
        boolean imageWaited = !gatesOnly && now.equals(restarted);
        return restarted == null || imageWaited ? next : later(next, restarted.plus(cadence.afterRestart()));
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private @Nullable Instant wake() {
        Instant wake = Phase.earlier(lookDue, removeDue);
        for (SimulatedContainer container : init) {
            wake = Phase.earlier(wake, container.due());
        }
        for (SimulatedContainer container : containers) {
            wake = Phase.earlier(wake, container.due());
        }
        return wake;
    }

    private SimulatedPod withSeen(PodView view) {
        return new SimulatedPod(
                view, looked, stage, init, containers, startTime, lastLook, restarted, lookDue, removeDue, published);
    }

    private SimulatedPod looking(Instant now) {
        return new SimulatedPod(
                seen, seen, stage, init, containers, startTime, now, restarted, null, removeDue, published);
    }

    private SimulatedPod withLastLook(Instant at, @Nullable Instant restart) {
        return new SimulatedPod(
                seen, looked, stage, init, containers, startTime, at, restart, lookDue, removeDue, published);
    }

    private SimulatedPod withLookDue(@Nullable Instant due) {
        return new SimulatedPod(
                seen, looked, stage, init, containers, startTime, lastLook, restarted, due, removeDue, published);
    }

    private SimulatedPod withStage(Stage next, @Nullable Instant remove) {
        return new SimulatedPod(
                seen, looked, next, init, containers, startTime, lastLook, restarted, null, remove, published);
    }

    private SimulatedPod withContainers(List<SimulatedContainer> first, List<SimulatedContainer> others) {
        return new SimulatedPod(
                seen, looked, stage, first, others, startTime, lastLook, restarted, lookDue, removeDue, published);
    }

    private SimulatedPod withPublished(PodStatus status) {
        return new SimulatedPod(
                seen, looked, stage, init, containers, startTime, lastLook, restarted, lookDue, removeDue, status);
    }
}
