package io.kusionstack.operating.host.lifecycle;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.plan.MapEdit;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Unused;
import io.kusionstack.operating.plugin.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A cluster in memory: an API server that takes edits with their resourceVersion, a kubelet that follows the gate, traffic
 * control with a finalizer on each Pod, and a rule that lets at most so many Pods out of service. Each part moves only when
 * told, so a test chooses the order.
 */
final class LifecycleWorld {
    static final String FINALIZER = Names.PROTECTION_PREFIX + "/lb";

    private final Map<String, PodRecord> pods = new TreeMap<>();
    private final int mostOut;
    private final PodGate gate;
    private Instant now = Pods.CREATED;
    private long version = 1;
    private int writes;
    private final List<String> breaches = new ArrayList<>();

    LifecycleWorld(int size, int mostOut) {
        this.mostOut = mostOut;
        this.gate = new LifecycleGate(this::judge, Intentions.none(), Unused.endpoints(), Unused.employers());
        for (int i = 0; i < size; i++) {
            Pods pod = Pods.pod("pod-" + i).available();
            if (i % 2 == 0) {
                pod.finalizer(FINALIZER).expecting(Map.of("Service/shop/web", FINALIZER));
            }
            PodRecord built = pod.build();
            pods.put(built.name(), built);
        }
    }

    List<String> names() {
        return List.copyOf(pods.keySet());
    }

    PodRecord pod(String name) {
        PodRecord pod = pods.get(name);
        if (pod == null) {
            throw new IllegalArgumentException(name);
        }
        return pod;
    }

    List<PodRecord> all() {
        return List.copyOf(pods.values());
    }

    Instant now() {
        now = now.plusMillis(1);
        return now;
    }

    void pass(long seconds) {
        now = now.plusSeconds(seconds);
    }

    int writes() {
        return writes;
    }

    /** The host writes an edit, through the gate. */
    void write(PodEdit edit) {
        PodRecord seen = pod(edit.pod().name());
        PodEdit advanced = gate.advance(seen, edit, now()).edit();
        if (!advanced.isEmpty()) {
            long outBefore = out();
            writes++;
            store(seen.with(advanced));
            if (out() > Math.max(outBefore, mostOut) && !seen.hasLabel(Names.STAY_OFFLINE)) {
                breaches.add(out() + " Pods are out of service after " + advanced);
            }
        }
    }

    /** Writes of the host that took a Pod out of service though as many were out as the rule allows. */
    List<String> breaches() {
        return breaches;
    }

    /** The reconciler looks at a Pod. */
    void look(String name) {
        write(PodEdit.of(pod(name)));
    }

    /** Somebody else writes labels, past the gate. */
    void patch(String name, MapEdit labels) {
        PodRecord pod = pod(name);
        store(pod.with(PodEdit.of(pod).labels(labels)));
    }

    /** A user deletes the Pod, past the gate; once nothing holds it, its workload makes another of the same name. */
    void delete(String name) {
        store(Pods.like(pod(name)).terminating().build());
    }

    /** Publishes Ready as the gate asks for. */
    void kubelet(String name) {
        PodRecord pod = pod(name);
        boolean open =
                pod.condition(Names.SERVICE_READY).filter(PodCondition::isTrue).isPresent();
        boolean containers = pod.condition(PodCondition.CONTAINERS_READY)
                .filter(PodCondition::isTrue)
                .isPresent();
        store(Pods.like(pod)
                .condition(PodCondition.READY, open && containers ? "True" : "False")
                .build());
    }

    void containers(String name, boolean ready) {
        store(Pods.like(pod(name))
                .condition(PodCondition.CONTAINERS_READY, ready ? "True" : "False")
                .build());
    }

    /** Puts the finalizer on ready Pods and takes it off Pods that are not, or are on their way out. */
    void traffic(String name, boolean throughTheGate) {
        PodRecord pod = pod(name);
        boolean wanted = pod.ready() && !pod.terminating();
        if (!pod.annotations().containsKey(Names.AVAILABLE_CONDITIONS) || pod.isProtected() == wanted) {
            return;
        }
        PodEdit edit = wanted
                ? PodEdit.of(pod).addFinalizer(FINALIZER)
                : PodEdit.of(pod).removeFinalizer(FINALIZER);
        if (throughTheGate) {
            write(edit);
        } else {
            store(pod.with(edit));
        }
    }

    long out() {
        return pods.values().stream().filter(pod -> !pod.available()).count();
    }

    private Decision judge(PodRecord pod, String operation, Stage stage, Instant at) {
        boolean alreadyOut = !pod(pod.name()).available();
        if (stage == Stage.POST_CHECK || alreadyOut || out() < mostOut) {
            return new Decision.Admitted();
        }
        return new Decision.Rejected(List.of(new Wait(Reason.BUDGET_EXHAUSTED, "max", "no slot is left")));
    }

    private void store(PodRecord pod) {
        version++;
        boolean gone = pod.terminating() && pod.finalizers().isEmpty();
        pods.put(
                pod.name(),
                gone ? successor(pod) : Pods.like(pod).version(version).build());
    }

    private PodRecord successor(PodRecord gone) {
        Pods fresh = Pods.pod(gone.name())
                .uid(gone.name() + "-" + version)
                .version(version)
                .created(now)
                .unready();
        gone.annotations().forEach(fresh::annotation);
        return fresh.build();
    }

    /** Everybody does their part until nothing changes; the number of rounds it took. */
    int settle(int mostRounds) {
        for (int round = 1; round <= mostRounds; round++) {
            List<PodRecord> before = labelsOf();
            for (String name : names()) {
                containers(name, true);
                finishAll(name);
                kubelet(name);
                traffic(name, true);
                look(name);
            }
            pass(31);
            if (before.equals(labelsOf())) {
                return round;
            }
        }
        return mostRounds;
    }

    void finishAll(String name) {
        for (PodOps.Operation operation : PodOps.operations(pod(name)).values()) {
            if (operation.phase() == PodOps.Phase.OPERATING) {
                write(PodOps.finish(pod(name), operation.id()));
            }
        }
    }

    private List<PodRecord> labelsOf() {
        List<PodRecord> all = new ArrayList<>();
        pods.values().forEach(pod -> all.add(Pods.like(pod).version(0).build()));
        return all;
    }
}
