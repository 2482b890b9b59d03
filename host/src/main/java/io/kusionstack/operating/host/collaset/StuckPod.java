package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Conditions;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
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

/**
 * A Pod that cannot go on by itself, in words for users.
 *
 * @param reason for conditions and events
 * @param subject what is wrong with which Pod: the same as long as it is
 * @param words how the kubelet says it, which may change from moment to moment; may be empty
 * @param patience for how long nothing of the set may move before a person has to act; empty where nobody has to
 */
record StuckPod(String reason, String subject, String words, Optional<Duration> patience) {
    private static final String REASON = Reason.POD_STUCK.word();

    /** What a Service or its plugin lacks does not come by itself. */
    private static final Optional<Duration> WITH_TRAFFIC = Optional.of(Duration.ofMinutes(1));

    /** What ends as users have said, or when they say so. */
    private static final Set<Reason> ENDING = EnumSet.of(
            Reason.OPERATION_DELAYED,
            Reason.DRAINING_CONNECTIONS,
            Reason.SETTLING_AFTER_DEREGISTER,
            Reason.OPERATION_UNDER_WAY);

    private static final Optional<Duration> WITH_NODES = Optional.of(ProgressRecord.LONG);

    private static final Duration STARTING = Duration.ofMinutes(1);

    /** So long after its time a Pod that is being deleted may still be there. */
    private static final Duration OVERDUE = Duration.ofMinutes(1);

    /** A kubelet publishes Ready so long after the last gate was opened, at the latest. */
    private static final Duration KUBELET_FOLLOWS = Duration.ofSeconds(10);

    static Optional<StuckPod> of(CollaSetSnapshot snapshot, SetPods setPods) {
        return among(setPods.podsOfSet(), snapshot.now())
                .map(each -> each.steadied(told(snapshot, each.subject)))
                .or(() -> again(snapshot, setPods))
                .or(() -> byTraffic(setPods.podsOfSet(), snapshot.troubles()))
                .or(() -> snapshot.lingering().map(StuckPod::lingering));
    }

    /** Whatever it is that the Pod waits for; others may have good reasons to let one in service wait. */
    private static StuckPod lingering(CollaSetSnapshot.Lingering known) {
        String reason = known.why().reason().word();
        return new StuckPod(
                reason,
                "Pod " + known.pod().name() + " waits (" + reason + ")",
                known.why().message(),
                known.pod().available() || ENDING.contains(known.why().reason()) ? Optional.empty() : WITH_NODES);
    }

    /** Of a set that is being deleted: also those of its Pods that should be gone. */
    static Optional<StuckPod> ofDeleted(CollaSetSnapshot snapshot, SetPods setPods) {
        return of(snapshot, setPods)
                .or(() -> setPods.terminating().stream()
                        .filter(pod -> pod.deletion() != null
                                && pod.deletion().plus(OVERDUE).isBefore(snapshot.now()))
                        .min(Comparator.comparing(PodRecord::name))
                        .map(StuckPod::overdue));
    }

    private static StuckPod overdue(PodRecord pod) {
        String words = pod.finalizers().isEmpty()
                ? "its kubelet has not ended it" + (pod.node().isEmpty() ? "" : ", node " + pod.node())
                : "finalizers that keep it: " + String.join(", ", pod.finalizers());
        return new StuckPod(REASON, "Pod " + pod.name() + " is being deleted and still there", words, WITH_NODES);
    }

    /** A container that ends again and again runs now and then: while the set stalls by its Pod, and that does not serve, it is stuck. */
    private static Optional<StuckPod> again(CollaSetSnapshot snapshot, SetPods setPods) {
        return snapshot.set().status().conditions().stream()
                .filter(condition -> SetConditions.STALLED.equals(condition.type())
                        && REASON.equals(condition.reason())
                        && snapshot.progress().lasts(ProgressRecord.LONG, snapshot.now()))
                .flatMap(condition -> Optional.ofNullable(condition.message()).stream())
                .filter(message -> setPods.podsOfSet().stream()
                        .anyMatch(setPod ->
                                !setPod.pod().available() && message.startsWith("Pod " + setPod.name() + ":")))
                .findFirst()
                .map(message -> new StuckPod(REASON, message, "", WITH_NODES));
    }

    /** True if a person has to act, for nothing else of the set has moved for long. */
    boolean stalls(CollaSetSnapshot snapshot, SetPods setPods) {
        ProgressRecord still = snapshot.progress();
        return patience.filter(least -> still.lasts(ProgressRecord.LONG, snapshot.now())
                        || still.lasts(least, snapshot.now())
                                && setPods.podsOfSet().stream().noneMatch(setPod -> isOnItsWay(setPod, snapshot)))
                .isPresent();
    }

    /** It drains, is updated, or starts. */
    private static boolean isOnItsWay(SetPod setPod, CollaSetSnapshot snapshot) {
        return !setPod.pod().available()
                && !setPod.pod().hasLabel(Names.STAY_OFFLINE)
                && !snapshot.troubles().containsKey(setPod.uid())
                && of(setPod.pod(), snapshot.now()).isEmpty()
                && (PodOps.hasLeftPreCheck(setPod.pod())
                        || setPod.pod().created().plus(STARTING).isAfter(snapshot.now()));
    }

    /** For what these conditions tell, and those of before did not. */
    Optional<Action> event(CollaSetSnapshot snapshot, Conditions conditions) {
        boolean isTold = conditions.all().stream()
                .anyMatch(condition ->
                        condition.message() != null && condition.message().contains(subject));
        return isTold && told(snapshot, subject).isEmpty()
                ? Optional.of(new Action.Announce(snapshot.set().ref(), Action.Severity.WARNING, reason, message()))
                : Optional.empty();
    }

    /** What a condition of the set says of it so far. */
    private static String told(CollaSetSnapshot snapshot, String subject) {
        return snapshot.set().status().conditions().stream()
                .flatMap(condition -> Optional.ofNullable(condition.message()).stream())
                .filter(message -> message.contains(subject))
                .findFirst()
                .orElse("");
    }

    /** The first by name of those whose traffic does not go on by itself. */
    private static Optional<StuckPod> byTraffic(List<SetPod> podsOfSet, Map<String, Wait> troubles) {
        return podsOfSet.stream()
                .filter(setPod -> troubles.containsKey(setPod.uid()))
                .min(Comparator.comparing(SetPod::name))
                .map(setPod -> troubles.get(setPod.uid()))
                .map(why -> new StuckPod(
                        why.reason().word(),
                        "Pods wait for traffic (" + why.reason().word() + ")",
                        why.message(),
                        WITH_TRAFFIC));
    }

    /** The first by name of those that are stuck. */
    private static Optional<StuckPod> among(List<SetPod> podsOfSet, Instant now) {
        Optional<SetPod> first = Optional.empty();
        for (SetPod setPod : podsOfSet) {
            boolean before =
                    first.isEmpty() || setPod.name().compareTo(first.get().name()) < 0;
            if (before && !setPod.pod().available() && of(setPod.pod(), now).isPresent()) {
                first = Optional.of(setPod);
            }
        }
        return first.flatMap(setPod -> of(setPod.pod(), now));
    }

    private static Optional<StuckPod> of(PodRecord pod, Instant now) {
        for (ContainerRecord container : pod.containers()) {
            boolean stopped = container.state() == ContainerRecord.State.WAITING
                    || container.state() == ContainerRecord.State.TERMINATED;
            if (stopped && !isStarting(container)) {
                return Optional.of(new StuckPod(
                        REASON, "Pod " + pod.name() + ": " + subject(container), words(container), WITH_NODES));
            }
        }
        boolean unscheduled = pod.condition(PodCondition.SCHEDULED)
                .filter(condition -> condition.isFalse() && condition.reason().equals("Unschedulable"))
                .isPresent();
        if (unscheduled) {
            return Optional.of(
                    new StuckPod(REASON, "Pod " + pod.name() + ": no node takes it", "Unschedulable", WITH_NODES));
        }
        return isAway(pod, now)
                ? Optional.of(new StuckPod(
                        REASON, "Pod " + pod.name() + ": node " + pod.node() + " does not answer", "", WITH_NODES))
                : Optional.empty();
    }

    /**
     * A node says the same trouble in turn with other words: those told before stay, unless the ones now name what cannot
     * be had.
     */
    private StuckPod steadied(String told) {
        int start = told.indexOf(subject + ": ");
        if (start < 0) {
            return this;
        }
        String before = told.substring(start + subject.length() + 2);
        boolean better = words.contains("Image") && !before.contains("Image");
        return better ? this : new StuckPod(reason, subject, before, patience);
    }

    String message() {
        return words.isEmpty() ? subject : subject + ": " + words;
    }

    private static boolean isStarting(ContainerRecord container) {
        return switch (container.reason()) {
            case "", "ContainerCreating", "PodInitializing", "Completed" -> true;
            default -> false;
        };
    }

    /** A container that has ended is not the one with the image wanted, as long as it was not restarted. */
    private static String subject(ContainerRecord container) {
        String name = "container " + container.name();
        boolean never = container.containerId().isEmpty()
                || container.reason().contains("Image")
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
