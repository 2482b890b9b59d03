package io.kusionstack.operating.testbed.nodes;

import io.kusionstack.operating.testbed.nodes.ContainerState.Running;
import io.kusionstack.operating.testbed.nodes.ContainerState.Terminated;
import io.kusionstack.operating.testbed.nodes.ContainerState.Waiting;
import io.kusionstack.operating.testbed.nodes.Timings.Crash;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One container of a Pod, as a value. While it is replaced its status goes on showing the old container: a kubelet
 * publishes nothing in between, unless a readiness probe fails first.
 *
 * @param image what the spec asked for when the container was last begun
 * @param shown its published status
 * @param exit how the last container ended
 * @param probeFails when its readiness probe notices that it no longer answers
 */
record SimulatedContainer(
        ContainerSpec spec,
        boolean initial,
        String image,
        Phase phase,
        ContainerStatus shown,
        BackOff backOff,
        @Nullable Terminated exit,
        @Nullable Instant probeFails) {
    private static final Duration FIRST_PULL_RETRY = Duration.ofSeconds(10);
    private static final Duration LONGEST_PULL_RETRY = Duration.ofMinutes(5);
    private static final Duration NEXT_LOOK = Duration.ofSeconds(1);
    private static final Duration PULL_BACK_OFF_SHOWN = Duration.ofSeconds(2);
    private static final Duration CRASH_BACK_OFF_SHOWN = Duration.ofSeconds(12);
    private static final Duration INITIAL_RUN = Duration.ofMillis(20);
    private static final int KILLED = 137;

    static SimulatedContainer idle(ContainerSpec spec, boolean initial, String reason) {
        ContainerStatus shown = ContainerStatus.waiting(spec.name(), spec.image(), reason);
        return new SimulatedContainer(spec, initial, spec.image(), new Phase.Idle(), shown, BackOff.NONE, null, null);
    }

    /** Whether the node is at work on it, so that it does not look at the Pod's spec. */
    boolean busy() {
        return phase instanceof Phase.Pulling || phase instanceof Phase.Starting || phase instanceof Phase.Stopping;
    }

    boolean triedToStart() {
        return shown.everRan() || phase instanceof Phase.PullFailed;
    }

    boolean ended() {
        return phase instanceof Phase.Ended;
    }

    boolean idle() {
        return phase instanceof Phase.Idle;
    }

    /** Whether requests to it are answered. */
    boolean serving() {
        boolean answers = phase instanceof Phase.Running || phase instanceof Phase.Stopping s && !s.signalled();
        return answers && shown.ready();
    }

    /** Whether the containers after it may start: an init container that succeeded, or a sidecar that runs. */
    boolean letsOthersStart() {
        return spec.sidecar() ? phase instanceof Phase.Running : ended() && exit != null && exit.exitCode() == 0;
    }

    @Nullable
    Instant due() {
        return Phase.earlier(phase.due(), probeFails);
    }

    /** Starts the image of the spec, after a back-off where one holds. */
    SimulatedContainer begin(ContainerSpec wanted, Instant now, PodView pod, NodeWorld world) {
        SimulatedContainer next = withImage(wanted);
        if (backOff.holds(wanted.image(), now)) {
            return next.to(new Phase.BackingOff(null, now.plus(backOff.delay())))
                    .showing(shown.withState(next.crashBackOff(), exit))
                    .remembering(backOff.waited());
        }
        return next.pull(now, pod, world);
    }

    /** Ends the running container and starts the image of the spec in its place. */
    SimulatedContainer replace(ContainerSpec wanted, Instant now, PodView pod, NodeWorld world) {
        Instant signal = now.plus(spec.preStop());
        Instant end = signal.plus(world.timings(pod, image).stop());
        return withImage(wanted).to(new Phase.Stopping(signal, end, 0, false, true));
    }

    /** Ends the container for good within the grace period. */
    SimulatedContainer terminate(Instant now, Duration grace, PodView pod, NodeWorld world) {
        Instant kill = now.plus(grace);
        return switch (phase) {
            case Phase.Running running -> {
                Instant signal = now.plus(spec.preStop());
                Instant end = signal.plus(world.timings(pod, image).stop());
                yield to(stopping(signal, end, kill, false));
            }
            case Phase.Stopping s -> to(stopping(s.signal(), s.end(), kill, s.signalled()));
            case Phase.Idle idle -> to(new Phase.Ended());
            case Phase.Pulling pulling -> to(new Phase.Ended());
            case Phase.PullFailed failed -> to(new Phase.Ended());
            case Phase.Starting starting -> to(new Phase.Ended());
            case Phase.BackingOff waiting -> to(new Phase.Ended());
            case Phase.Ended gone -> this;
        };
    }

    private static Phase stopping(Instant signal, Instant end, Instant kill, boolean signalled) {
        boolean killed = end.isAfter(kill);
        return new Phase.Stopping(
                signal.isAfter(kill) ? kill : signal, killed ? kill : end, killed ? KILLED : 0, signalled, false);
    }

    /** Its status once the whole Pod has ended. */
    SimulatedContainer finished(Instant now) {
        Terminated last =
                exit != null ? exit : new Terminated(KILLED, "ContainerStatusUnknown", now, now, shown.containerId());
        return showing(shown.withState(last, shown.lastState()));
    }

    /** What has come due by now. */
    SimulatedContainer tick(Instant now, PodView pod, NodeWorld world) {
        SimulatedContainer next = this;
        if (probeFails != null && !probeFails.isAfter(now)) {
            next = next.showing(shown.withReady(false)).probing(null);
        }
        for (Instant due = next.phase.due(); due != null && !due.isAfter(now); due = next.phase.due()) {
            next = next.advance(now, pod, world);
        }
        return next;
    }

    private SimulatedContainer advance(Instant now, PodView pod, NodeWorld world) {
        return switch (phase) {
            case Phase.Idle idle -> this;
            case Phase.Ended gone -> this;
            case Phase.Pulling pulling -> pullEnds(now, pod, world, 1);
            case Phase.PullFailed failed ->
                failed.again().isAfter(now) ? waitForImage(failed, now) : pullEnds(now, pod, world, failed.tries() + 1);
            case Phase.Starting starting -> run(now, pod, world);
            case Phase.BackingOff(Instant shownAt, Instant until) ->
                shownAt == null ? pull(now, pod, world) : showCrashBackOff(until);
            case Phase.Running(Instant ready, Instant end, int exitCode) ->
                ready != null && !ready.isAfter(now)
                        ? to(new Phase.Running(null, end, exitCode)).showing(shown.withReady(true))
                        : crash(now, exitCode, pod, world);
            case Phase.Stopping stopping ->
                stopping.signalled() ? stopped(stopping, now, pod, world) : signal(stopping, now);
        };
    }

    private SimulatedContainer pull(Instant now, PodView pod, NodeWorld world) {
        boolean held = world.holdsImage(pod.node(), image);
        Timings timings = world.timings(pod, image);
        SimulatedContainer next = remembering(backOff.restarting(image, now));
        return held && !timings.pullFails()
                ? next.to(new Phase.Starting(now.plus(timings.start())))
                : next.to(new Phase.Pulling(now.plus(timings.pull())));
    }

    private SimulatedContainer pullEnds(Instant now, PodView pod, NodeWorld world, int tries) {
        Timings timings = world.timings(pod, image);
        if (!timings.pullFails()) {
            world.pulled(pod, image);
            return to(new Phase.Starting(now.plus(timings.start())));
        }
        Duration retry = FIRST_PULL_RETRY.multipliedBy(1L << Math.min(tries - 1, 5));
        Instant again = now.plus(retry.compareTo(LONGEST_PULL_RETRY) > 0 ? LONGEST_PULL_RETRY : retry);
        return to(new Phase.PullFailed(now.plus(NEXT_LOOK), again, tries))
                .showing(shown.withState(noImage(), exit))
                .probing(null);
    }

    private Waiting noImage() {
        return spec.neverPulls()
                ? new Waiting(
                        "ErrImageNeverPull",
                        "Container image \"" + image + "\" is not present with pull policy of Never")
                : new Waiting("ErrImagePull", "failed to pull image \"" + image + "\": not found");
    }

    /**
     * The next word of a container without image. One that ran before counts as crashed at every look in which its own
     * back-off is not over, though nothing of the new image ever ran.
     */
    private SimulatedContainer waitForImage(Phase.PullFailed failed, Instant now) {
        Waiting pull = spec.neverPulls()
                ? noImage()
                : new Waiting("ImagePullBackOff", "Back-off pulling image \"" + image + "\"");
        if (exit != null && shown.state().equals(pull)) {
            return waiting(failed, now.plus(CRASH_BACK_OFF_SHOWN), crashBackOff());
        }
        return waiting(failed, exit == null ? failed.again() : now.plus(PULL_BACK_OFF_SHOWN), pull);
    }

    private SimulatedContainer waiting(Phase.PullFailed failed, Instant next, Waiting word) {
        Instant first = next.isAfter(failed.again()) ? failed.again() : next;
        return to(new Phase.PullFailed(first, failed.again(), failed.tries())).showing(shown.withState(word, exit));
    }

    private Waiting crashBackOff() {
        return new Waiting("CrashLoopBackOff", "back-off restarting failed container " + spec.name());
    }

    private SimulatedContainer showCrashBackOff(Instant until) {
        return to(new Phase.BackingOff(null, until)).showing(shown.withState(crashBackOff(), exit));
    }

    private SimulatedContainer run(Instant now, PodView pod, NodeWorld world) {
        Timings timings = world.timings(pod, image);
        Crash crash =
                timings.crash() == null && initial && !spec.sidecar() ? new Crash(INITIAL_RUN, 0) : timings.crash();
        boolean completes = initial && !spec.sidecar();
        Instant ready = timings.neverReady() || completes ? null : now.plus(timings.ready());
        NodeWorld.Image pulled = world.pulled(pod, image);
        int restarts = shown.everRan() ? shown.restartCount() + 1 : 0;
        ContainerStatus running = new ContainerStatus(
                spec.name(),
                pulled.name(),
                pulled.id(),
                Digests.containerId(pod.uid(), spec.name(), restarts),
                restarts,
                false,
                true,
                new Running(now),
                exit);
        Phase phase = crash == null
                ? new Phase.Running(ready, null, 0)
                : new Phase.Running(ready, now.plus(crash.after()), crash.exitCode());
        return to(phase).showing(running).probing(null);
    }

    private SimulatedContainer crash(Instant now, int exitCode, PodView pod, NodeWorld world) {
        Terminated end = Terminated.exited(exitCode, startedAt(now), now, shown.containerId());
        SimulatedContainer next = exiting(end).showing(shown.withState(end, shown.lastState()));
        boolean again = initial && !spec.sidecar()
                ? exitCode != 0 && !pod.restartPolicy().equals("Never")
                : pod.restarts(exitCode) || spec.sidecar();
        if (!again) {
            return next.to(new Phase.Ended());
        }
        BackOff after = next.backOff;
        return after.holds(image, now)
                ? next.to(new Phase.BackingOff(now.plus(NEXT_LOOK), now.plus(after.delay())))
                        .remembering(after.waited())
                : next.pull(now, pod, world);
    }

    private SimulatedContainer signal(Phase.Stopping s, Instant now) {
        Instant fails = s.replaced() && spec.probeFailure() != null ? now.plus(spec.probeFailure()) : null;
        return to(new Phase.Stopping(s.signal(), s.end(), s.exitCode(), true, s.replaced()))
                .probing(fails);
    }

    private SimulatedContainer stopped(Phase.Stopping s, Instant now, PodView pod, NodeWorld world) {
        Terminated end = Terminated.exited(s.exitCode(), startedAt(now), now, shown.containerId());
        if (!s.replaced()) {
            return exiting(end).to(new Phase.Ended());
        }
        // The kubelet looks for an earlier exit before it kills: the kill itself does not count yet.
        boolean waits = backOff.holds(image, now) && world.cadence().backsOffReusedImages();
        SimulatedContainer next = withExit(end);
        SimulatedContainer begun = waits ? next.begin(spec, now, pod, world).probing(null) : next.pull(now, pod, world);
        return begun.remembering(begun.backOff.exited());
    }

    /** The same container, its image known by another digest. */
    SimulatedContainer retagged(String imageId) {
        return showing(shown.withImageId(imageId));
    }

    /** The same, not yet begun, to be begun with another spec. */
    SimulatedContainer wanting(ContainerSpec wanted) {
        return withImage(wanted);
    }

    private Instant startedAt(Instant otherwise) {
        return shown.state() instanceof Running running ? running.startedAt() : otherwise;
    }

    private SimulatedContainer exiting(Terminated end) {
        return withExit(end).remembering(backOff.exited());
    }

    private SimulatedContainer withExit(Terminated end) {
        return new SimulatedContainer(spec, initial, image, phase, shown, backOff, end, probeFails);
    }

    private SimulatedContainer withImage(ContainerSpec wanted) {
        return new SimulatedContainer(wanted, initial, wanted.image(), phase, shown, backOff, exit, probeFails);
    }

    private SimulatedContainer to(Phase next) {
        return new SimulatedContainer(spec, initial, image, next, shown, backOff, exit, probeFails);
    }

    private SimulatedContainer showing(ContainerStatus status) {
        return new SimulatedContainer(spec, initial, image, phase, status, backOff, exit, probeFails);
    }

    private SimulatedContainer remembering(BackOff next) {
        return new SimulatedContainer(spec, initial, image, phase, shown, next, exit, probeFails);
    }

    private SimulatedContainer probing(@Nullable Instant fails) {
        return new SimulatedContainer(spec, initial, image, phase, shown, backOff, exit, fails);
    }
}
