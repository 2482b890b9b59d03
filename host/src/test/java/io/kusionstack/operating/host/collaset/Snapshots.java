package io.kusionstack.operating.host.collaset;

import io.kusionstack.operating.host.kube.Refusal;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Builds snapshots for tests: the revisions {@code web-1} (app:v1) and {@code web-2} (app:v2, the spec), and a context. */
final class Snapshots {
    static final Instant NOW = Pods.CREATED.plusSeconds(3600);
    static final ObjectRef CONTEXT = new ObjectRef(ObjectKind.RESOURCE_CONTEXT, "shop", "web", "uid-context");
    static final Revision V1 = Sets.stored("web-1", 1, Sets.template("app:v1"));
    static final Revision V2 = Sets.stored("web-2", 2, Sets.template("app:v2"));

    private final Sets set;
    private final List<PodRecord> pods = new ArrayList<>();
    private final List<Identity> identities = new ArrayList<>();
    private final Map<String, Refusal> refusals = new HashMap<>();
    private final Map<String, Intention> pending = new HashMap<>();
    private Optional<CollaSetSnapshot.Obstacle> obstacle = Optional.empty();

    private Snapshots(Sets set) {
        this.set = set;
    }

    /** Of a set on {@code app:v2}. */
    static Snapshots of(Sets set) {
        return new Snapshots(set);
    }

    static Sets set() {
        return Sets.set(Sets.template("app:v2"));
    }

    /** A Pod of the set, available on {@code web-1} unless told otherwise. */
    static Pods pod(int id) {
        return Pods.pod("web-" + id)
                .instance(id)
                .label("app", "foo")
                .revision("web-1")
                .available();
    }

    Snapshots pods(Pods... more) {
        Arrays.stream(more).map(Pods::build).forEach(pods::add);
        return this;
    }

    Snapshots identities(Identity... more) {
        identities.addAll(List.of(more));
        return this;
    }

    Snapshots obstacle(CollaSetSnapshot.Obstacle known) {
        obstacle = Optional.of(known);
        return this;
    }

    Snapshots refusal(String uid, Refusal refusal) {
        refusals.put(uid, refusal);
        return this;
    }

    Snapshots pending(String uid, Intention intention) {
        pending.put(uid, intention);
        return this;
    }

    CollaSetSnapshot build() {
        return new CollaSetSnapshot(
                set.build(),
                pods,
                List.of(V1, V2),
                Set.of(),
                new CollaSetSnapshot.Context(CONTEXT, 50, identities),
                obstacle,
                refusals,
                pending,
                7,
                NOW);
    }

    SetPlan plan() {
        return CollaSetPlanner.plan(build());
    }
}
