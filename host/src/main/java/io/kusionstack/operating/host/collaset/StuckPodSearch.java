package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.plan.ContainerRecord;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the stuck Pod of a set; problems at its node come before its traffic, and that before a long wait. Static and pure. */
final class StuckPodSearch {
    /** A problem of a Service or its plugin does not pass by itself. */
    private static final Optional<Duration> WITH_TRAFFIC = Optional.of(Duration.ofMinutes(1));

    private static final Optional<Duration> WITH_NODES = Optional.of(ProgressRecord.LONG);

    /** Waits that end by themselves, as users have configured, or when users end them. */
    private static final Set<Reason> ENDING = EnumSet.of(
            Reason.OPERATION_DELAYED,
            Reason.DRAINING_CONNECTIONS,
            Reason.SETTLING_AFTER_DEREGISTER,
            Reason.OPERATION_UNDER_WAY);

    /** A Pod that is being deleted may exist for so long after its time. */
    private static final Duration OVERDUE = Duration.ofMinutes(1);

    /** A kubelet publishes Ready so long after the last gate was opened, at the latest. */
    private static final Duration KUBELET_FOLLOWS = Duration.ofSeconds(10);

    private StuckPodSearch() {}

    static Optional<StuckPod> in(CollaSetSnapshot snapshot, SetPods setPods) {
        return among(setPods.podsOfSet(), snapshot.now())
                .map(each -> each.steadied(snapshot.stuckPod()))
                .or(() -> stillStalling(snapshot, setPods))
                .or(() -> byTraffic(setPods.podsOfSet(), snapshot.troubles()))
                .or(() -> snapshot.lingering().map(StuckPodSearch::lingering));
    }

    /** Of a set that is being deleted: its terminating Pods count as well once they are overdue. */
    static Optional<StuckPod> inDeleted(CollaSetSnapshot snapshot, SetPods setPods) {
        return in(snapshot, setPods)
                .or(() -> setPods.terminating().stream()
                        .filter(pod -> pod.deletion() != null
                                && pod.deletion().plus(OVERDUE).isBefore(snapshot.now()))
                        .min(Comparator.comparing(PodRecord::name))
                        .map(StuckPodSearch::overdue));
    }

    /** A Pod that has waited for long, for any reason; a Pod in service may wait for good reasons. */
    private static StuckPod lingering(LingeringPod known) {
        String reason = known.why().reason().word();
        return new StuckPod(
                reason,
                known.pod().name(),
                "Pod " + known.pod().name() + " waits (" + reason + ")",
                known.why().message(),
                false,
                known.pod().available() || ENDING.contains(known.why().reason()) ? Optional.empty() : WITH_NODES);
    }

    private static StuckPod overdue(PodRecord pod) {
        String details = pod.finalizers().isEmpty()
                ? "its kubelet has not ended it" + (pod.node().isEmpty() ? "" : ", node " + pod.node())
                : "finalizers that keep it: " + String.join(", ", pod.finalizers());
        String problem = "Pod " + pod.name() + " is being deleted and still there";
        return new StuckPod(StuckPod.REASON, pod.name(), problem, details, false, WITH_NODES);
    }

    /**
     * A container that ends again and again runs from time to time: as long as the set stalls by its Pod, and the Pod is not
     * available, the Pod is stuck. A process that has just started knows it by the beginning of the message that it left itself.
     */
    private static Optional<StuckPod> stillStalling(CollaSetSnapshot snapshot, SetPods setPods) {
        if (!snapshot.progress().lasts(ProgressRecord.LONG, snapshot.now())) {
            return Optional.empty();
        }
        Optional<String> message = snapshot.set().status().conditions().stream()
                .filter(condition ->
                        SetConditions.STALLED.equals(condition.type()) && StuckPod.REASON.equals(condition.reason()))
                .flatMap(condition -> Optional.ofNullable(condition.message()).stream())
                .findFirst();
        Optional<StuckPod> told =
                snapshot.stuckPod().filter(known -> known.reason().equals(StuckPod.REASON));
        return message.flatMap(text -> setPods.podsOfSet().stream()
                .filter(setPod -> !setPod.pod().available())
                .filter(setPod -> told.map(known -> known.pod().equals(setPod.name()))
                        .orElseGet(() -> text.startsWith(subject(setPod.name()))))
                .findFirst()
                .map(setPod -> told.orElseGet(
                        () -> new StuckPod(StuckPod.REASON, setPod.name(), text, "", false, WITH_NODES))));
    }

    /** How each problem of a Pod itself begins. */
    private static String subject(String pod) {
        return "Pod " + pod + ": ";
    }

    /** The first by name of those whose traffic does not go on by itself. */
    private static Optional<StuckPod> byTraffic(List<SetPod> podsOfSet, Map<String, Wait> troubles) {
        return podsOfSet.stream()
                .filter(setPod -> troubles.containsKey(setPod.uid()))
                .min(Comparator.comparing(SetPod::name))
                .map(setPod -> troubles.get(setPod.uid()))
                .map(why -> new StuckPod(
                        why.reason().word(),
                        "",
                        "Pods wait for traffic (" + why.reason().word() + ")",
                        why.message(),
                        false,
                        WITH_TRAFFIC));
    }

    /** The first by name of those that are stuck. */
    private static Optional<StuckPod> among(List<SetPod> podsOfSet, Instant now) {
        Optional<SetPod> first = Optional.empty();
        for (SetPod setPod : podsOfSet) {
            boolean before =
                    first.isEmpty() || setPod.name().compareTo(first.get().name()) < 0;
            if (before
                    && !setPod.pod().available()
                    && problemOf(setPod.pod(), now).isPresent()) {
                first = Optional.of(setPod);
            }
        }
        return first.flatMap(setPod -> problemOf(setPod.pod(), now));
    }

    /** The problem that the Pod itself shows, if any. */
    static Optional<StuckPod> problemOf(PodRecord pod, Instant now) {
        for (ContainerRecord container : pod.containers()) {
            boolean stopped = container.state() == ContainerRecord.State.WAITING
                    || container.state() == ContainerRecord.State.TERMINATED;
            if (stopped && !isStarting(container)) {
                return Optional.of(ofNode(pod, problem(container), words(container), container.lacksItsImage()));
            }
        }
        boolean unscheduled = pod.condition(PodCondition.SCHEDULED)
                .filter(condition -> condition.isFalse() && condition.reason().equals("Unschedulable"))
                .isPresent();
        if (unscheduled) {
            return Optional.of(ofNode(pod, "no node takes it", "Unschedulable", false));
        }
        return isAway(pod, now)
                ? Optional.of(ofNode(
                        pod, "the kubelet of node " + pod.node() + " does not publish that it is Ready", "", false))
                : Optional.empty();
    }

    private static StuckPod ofNode(PodRecord pod, String problem, String details, boolean lacksImage) {
        return new StuckPod(
                StuckPod.REASON, pod.name(), subject(pod.name()) + problem, details, lacksImage, WITH_NODES);
    }

    private static boolean isStarting(ContainerRecord container) {
        return switch (container.reason()) {
            case "", "ContainerCreating", "PodInitializing", "Completed" -> true;
            default -> false;
        };
    }

    /** A container that has ended does not have the wanted image as long as it was not restarted. */
    private static String problem(ContainerRecord container) {
        String name = "container " + container.name();
        boolean never = container.containerId().isEmpty()
                || container.lacksItsImage()
                || (container.hasEnded() && !container.runningImage().equals(container.image()));
        return never
                ? name + " has not started with image " + container.image()
                : name + " ends again and again, the last time with exit code "
                        + container.stopped().lastExitCode();
    }

    private static String words(ContainerRecord container) {
        String message = container.stopped().message();
        return message.isEmpty() ? container.reason() : container.reason() + ": " + message;
    }

    /** As the node controller leaves the Pods of a node that it has lost; a kubelet always gives a reason. */
    private static boolean isAway(PodRecord pod, Instant now) {
        boolean running = pod.condition(PodCondition.CONTAINERS_READY)
                .filter(PodCondition::isTrue)
                .isPresent();
        boolean open = pod.readinessGates().stream()
                .allMatch(gate -> pod.condition(gate)
                        .filter(PodCondition::isTrue)
                        .filter(condition -> condition.lastTransition().isBefore(now.minus(KUBELET_FOLLOWS)))
                        .isPresent());
        boolean unready = pod.condition(PodCondition.READY)
                .filter(condition -> condition.isFalse() && condition.reason().isEmpty())
                .isPresent();
        return running && open && unready && !pod.node().isEmpty();
    }
}
