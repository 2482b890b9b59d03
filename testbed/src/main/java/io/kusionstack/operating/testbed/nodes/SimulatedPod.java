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
 * @param looks when that was, and when the next one is
 * @param removeDue when an ended Pod's object is deleted
 * @param spells when it is reported unready though its containers run
 * @param published the last status published, null before the first
 */
record SimulatedPod(
        PodView seen,
        PodView looked,
        Stage stage,
        List<SimulatedContainer> init,
        List<SimulatedContainer> containers,
        Instant startTime,
        Looks looks,
        @Nullable Instant removeDue,
        Spells spells,
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
                Looks.begun(now),
                null,
                Spells.of(pod.unreadySpans(), now),
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
            case PodEvent.Unready(Span span, boolean answers) ->
                draft.follow(spells.and(span, now, answers).at(now), now);
            case PodEvent.CutOff() -> draft.cutOff();
            case PodEvent.Back() -> draft.back(now, world);
            case PodEvent.Retagged(String container, String imageId) -> draft.retag(container, imageId);
        }
        return draft.finish(now, world);
    }

    /** Whether every container of the Pod runs, is ready and answers, whatever its readiness gates say. */
    boolean serving() {
        return stage != Stage.REMOVED && !spells.silent() && containers.stream().allMatch(SimulatedContainer::serving);
    }

    List<ContainerStatus> shownContainers() {
        return containers.stream()
                .map(SimulatedContainer::shown)
                .map(shown -> spells.unready() ? shown.withReady(false) : shown)
                .toList();
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
            if (!view.unready().equals(before.unready())) {
                follow(Spells.of(view.unreadySpans(), now), now);
            }
            Duration grace = view.grace();
            if (grace == null || pod.looks.cutOff()) {
                return;
            }
            if (pod.stage == Stage.ALIVE && (before.grace() == null || pod.looks.due() == null)) {
                // A deletion is acted on at once: the kubelet does not hold it back as it does an update.
                pod = pod.with(pod.looks.dueAt(now.plus(world.cadence().reaction())));
            } else if (pod.stage == Stage.TERMINATING && !grace.equals(before.grace())) {
                eachContainer(container -> container.terminate(now, grace, view, world));
            }
        }

        /** A probe that fails or succeeds again is published, and counts as a look. */
        void follow(Spells spells, Instant now) {
            if (!spells.equals(pod.spells)) {
                publish = true;
                pod = pod.with(spells).with(pod.looks.changed(now));
            }
        }

        void cutOff() {
            pod = pod.with(pod.looks.nodeCutOff());
        }

        void back(Instant now, NodeWorld world) {
            pod = pod.with(pod.looks.nodeBack(now, world.cadence()));
        }

        void retag(String container, String imageId) {
            eachContainer(c -> c.spec().name().equals(container) ? c.retagged(imageId) : c);
            publish = true;
        }

        void tick(Instant now, NodeWorld world) {
            follow(pod.spells.at(now), now);
            List<ContainerStatus> before = statuses(pod);
            eachContainer(container -> container.tick(now, pod.seen, world));
            startNext(now, world);
            if (!before.equals(statuses(pod))) {
                publish = true;
                boolean replaced = restarts(statuses(pod)) > restarts(before);
                pod = pod.with(replaced ? pod.looks.replaced(now) : pod.looks.changed(now));
            }
            if (pod.looks.isDue(now)) {
                pod = pod.with(pod.looks.dueAt(null));
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
            boolean wantsLook = pod.stage == Stage.ALIVE && !pod.looks.cutOff() && pod.looks.due() == null;
            if (wantsLook && !pod.busy() && pod.hasNews()) {
                boolean gatesOnly = pod.seen.generation() == pod.looked.generation();
                pod = pod.with(pod.looks.next(now, world.cadence(), gatesOnly));
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

    private @Nullable Instant wake() {
        Instant wake = Phase.earlier(Phase.earlier(looks.due(), removeDue), spells.due());
        for (SimulatedContainer container : init) {
            wake = Phase.earlier(wake, container.due());
        }
        for (SimulatedContainer container : containers) {
            wake = Phase.earlier(wake, container.due());
        }
        return wake;
    }

    private SimulatedPod withSeen(PodView view) {
        return new SimulatedPod(view, looked, stage, init, containers, startTime, looks, removeDue, spells, published);
    }

    private SimulatedPod looking(Instant now) {
        return new SimulatedPod(
                seen, seen, stage, init, containers, startTime, looks.done(now), removeDue, spells, published);
    }

    private SimulatedPod with(Looks next) {
        return new SimulatedPod(seen, looked, stage, init, containers, startTime, next, removeDue, spells, published);
    }

    private SimulatedPod with(Spells next) {
        return new SimulatedPod(seen, looked, stage, init, containers, startTime, looks, removeDue, next, published);
    }

    private SimulatedPod withStage(Stage next, @Nullable Instant remove) {
        return new SimulatedPod(
                seen, looked, next, init, containers, startTime, looks.dueAt(null), remove, spells, published);
    }

    private SimulatedPod withContainers(List<SimulatedContainer> first, List<SimulatedContainer> others) {
        return new SimulatedPod(seen, looked, stage, first, others, startTime, looks, removeDue, spells, published);
    }

    private SimulatedPod withPublished(PodStatus status) {
        return new SimulatedPod(seen, looked, stage, init, containers, startTime, looks, removeDue, spells, status);
    }
}
