package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Intention;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
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
    private final List<InstanceIdentity> identities = new ArrayList<>();
    private Optional<TemplateTrial> trialOfTheOld = Optional.empty();
    private boolean gone;
    private Optional<Sets> newer = Optional.empty();
    private Optional<TemplateTrial> trial = Optional.of(new TemplateTrial.Created());
    private final Map<String, Refusal> refusals = new HashMap<>();
    private final Map<String, Wait> troubles = new HashMap<>();
    private final Map<String, Intention> pending = new HashMap<>();
    private final List<PodRecord> orphans = new ArrayList<>();
    private final Set<String> takenPodNames = new HashSet<>();
    private final Map<Integer, String> lastRevisions = new HashMap<>();
    private CreationBackoff backoff = CreationBackoff.NONE;
    private ProgressRecord progress = ProgressRecord.NONE;
    private Optional<StuckPod> stuckPod = Optional.empty();
    private Optional<LingeringPod> lingering = Optional.empty();
    private Optional<CreationObstacle> obstacle = Optional.empty();

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

    Snapshots orphans(Pods... more) {
        Arrays.stream(more).map(Pods::build).forEach(orphans::add);
        return this;
    }

    /** Somebody has deleted {@code web-1}. */
    Snapshots withoutTheOldRevision() {
        gone = true;
        return this;
    }

    /** The last Pod of the id was of this revision. */
    Snapshots lastRevision(int id, String revision) {
        lastRevisions.put(id, revision);
        return this;
    }

    /** Why the traffic of the Pod does not go on. */
    Snapshots trouble(Pods pod, Wait why) {
        troubles.put(pod.build().uid(), why);
        return this;
    }

    /** The stuck Pod that the last plan told of. */
    Snapshots told(SetPlan last) {
        stuckPod = last.stuckPod();
        return this;
    }

    Snapshots told(StuckPod known) {
        stuckPod = Optional.of(known);
        return this;
    }

    /** What the Pod has waited for. */
    Snapshots lingering(Pods pod, Wait why) {
        lingering = Optional.of(new LingeringPod(pod.build(), why));
        return this;
    }

    /** Nothing of the set has moved since then. */
    Snapshots still(Instant since) {
        progress = new ProgressRecord(List.of(), 1, since);
        return this;
    }

    Snapshots backoff(CreationBackoff known) {
        backoff = known;
        return this;
    }

    Snapshots takenPodName(String name) {
        takenPodNames.add(name);
        return this;
    }

    Snapshots identities(InstanceIdentity... more) {
        identities.addAll(List.of(more));
        return this;
    }

    Snapshots obstacle(CreationObstacle known) {
        obstacle = Optional.of(known);
        return this;
    }

    /** What the server said of Pods of the set's revision; it has taken one unless told otherwise. */
    Snapshots trial(TemplateTrial known) {
        trial = Optional.of(known);
        return this;
    }

    /** What the server said of Pods of {@code web-1}. */
    Snapshots trialOfTheOld(TemplateTrial known) {
        trialOfTheOld = Optional.of(known);
        return this;
    }

    /** The set has this spec now, which is not accepted. */
    Snapshots newer(Sets refused) {
        newer = Optional.of(refused);
        return this;
    }

    Snapshots untried() {
        trial = Optional.empty();
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
        SetSpec spec = newer.map(Sets::build).map(set.build()::inPlaceOf).orElseGet(set::build);
        String updated = Revisions.plan(spec, List.of(V1, V2), Set.of(), Set.of())
                .updated()
                .name();
        return new CollaSetSnapshot(
                spec,
                pods,
                Orphans.of(spec, orphans, Set.of(V1.name(), V2.name())),
                backoff,
                gone ? List.of(Sets.accepted(V2, spec)) : List.of(V1, Sets.accepted(V2, spec)),
                Set.of(),
                takenPodNames,
                new StoredIdentities(CONTEXT, 50, identities),
                obstacle,
                trials(updated),
                refusals,
                troubles,
                lastRevisions,
                progress,
                stuckPod,
                lingering,
                pending,
                NOW);
    }

    private Map<String, TemplateTrial> trials(String updated) {
        Map<String, TemplateTrial> trials = new HashMap<>();
        trialOfTheOld.ifPresent(known -> trials.put("web-1", known));
        trial.ifPresent(known -> trials.put(updated, known));
        return trials;
    }

    SetPlan plan() {
        return CollaSetPlanner.plan(build());
    }

    /** What the plan writes on Pods. */
    static List<PodEdit> edits(SetPlan plan) {
        return plan.acts().actions().stream()
                .filter(Action.EditPod.class::isInstance)
                .map(action -> ((Action.EditPod) action).edit())
                .toList();
    }

    /** Reasons of the events that the plan tells. */
    static List<String> events(SetPlan plan) {
        return plan.acts().actions().stream()
                .filter(Action.Announce.class::isInstance)
                .map(action -> ((Action.Announce) action).reason())
                .toList();
    }

    /** The status that the plan writes. */
    static ObjectNode status(SetPlan plan) {
        return plan.acts().actions().stream()
                .filter(Action.WriteStatus.class::isInstance)
                .map(action -> ((Action.WriteStatus) action).status())
                .findFirst()
                .orElseThrow();
    }

    /** A condition that the plan writes, as {@code status reason: message}; empty where it writes none of the type. */
    static String told(SetPlan plan, String type) {
        for (Action action : plan.acts().actions()) {
            if (action instanceof Action.WriteStatus write) {
                for (JsonNode condition : write.status().path("conditions")) {
                    if (condition.path("type").asText().equals(type)) {
                        return condition.path("status").asText() + " "
                                + condition.path("reason").asText() + ": "
                                + condition.path("message").asText();
                    }
                }
            }
        }
        return "";
    }
}
