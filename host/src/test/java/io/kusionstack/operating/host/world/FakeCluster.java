package io.kusionstack.operating.host.world;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.Outcome;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Actuator;
import io.kusionstack.operating.host.plan.Applied;
import io.kusionstack.operating.host.plan.EditReports;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.Plan;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.StatusRefusal;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A cluster in memory: it takes plans as the actuator does, with versions, conflicts and the lifecycle gate, and can be
 * told to refuse, or to have the host crash at the n-th write. One thread.
 */
public final class FakeCluster implements Actuator {
    /** The host died; what was written stays. */
    public static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** An object that is not a Pod. */
    public record Stored(ObjectNode body, long version) {}

    private final Map<String, PodRecord> pods = new LinkedHashMap<>();
    private final Map<String, Stored> objects = new LinkedHashMap<>();
    private final FakeRefusals refusals = new FakeRefusals();
    private final List<Runnable> afterEachWrite = new ArrayList<>();
    private final List<Action> done = new ArrayList<>();
    private PodGate gate = (seen, edit, now) -> PodGate.Advance.of(edit.against(seen));
    private Function<Action, Optional<String>> refusing = action -> Optional.empty();
    private Function<Action, Optional<Failure>> failing = action -> Optional.empty();
    private EditReports reports = (pod, result) -> {};
    private long version = 1000;
    private int writesUntilCrash = Integer.MAX_VALUE;
    private int writes;
    private Instant now = Pods.CREATED;

    public void gate(PodGate lifecycle) {
        gate = lifecycle;
    }

    public void refuse(Function<Action, Optional<String>> rule) {
        refusing = rule;
    }

    /** The server answers these otherwise than by doing them or by refusing their content. */
    public void fail(Function<Action, Optional<Failure>> rule) {
        failing = rule;
    }

    /** Who hears what became of each edit of a Pod. */
    public void reports(EditReports edits) {
        reports = edits;
    }

    public void afterEachWrite(Runnable check) {
        afterEachWrite.add(check);
    }

    /** From now on: the write after {@code writes} more never happens, the host dies instead. */
    public void crashAfter(int count) {
        writesUntilCrash = count;
    }

    public int writes() {
        return writes;
    }

    /** All that was done, in order. */
    public List<Action> done() {
        return List.copyOf(done);
    }

    public Instant now() {
        return now;
    }

    public void pass(Duration time) {
        now = now.plus(time);
    }

    public List<PodRecord> pods() {
        return List.copyOf(pods.values());
    }

    public Optional<Stored> object(ObjectRef ref) {
        return Optional.ofNullable(objects.get(key(ref)));
    }

    public List<Stored> objects(String kind) {
        List<Stored> all = new ArrayList<>();
        objects.forEach((key, stored) -> {
            if (key.startsWith(kind + "/")) {
                all.add(stored);
            }
        });
        return all;
    }

    /** A user writes an object. */
    public void put(ObjectRef ref, ObjectNode body) {
        version++;
        ObjectNode copy = body.deepCopy();
        ObjectNode metadata = copy.withObjectProperty("metadata");
        metadata.put("namespace", ref.namespace()).put("name", ref.name());
        metadata.put("resourceVersion", Long.toString(version));
        if (!metadata.has("uid")) {
            metadata.put("uid", "uid-" + ref.name());
        }
        objects.put(key(ref), new Stored(copy, version));
    }

    /** The kubelet, a user or the server changes a Pod. */
    public void put(PodRecord pod) {
        version++;
        pods.put(pod.uid(), Pods.like(pod).version(version).build());
        refusals.changed(pod.uid());
    }

    public void remove(PodRecord pod) {
        pods.remove(pod.uid());
    }

    /** A user deletes a Pod: it is terminating. */
    public void terminate(PodRecord pod) {
        put(Pods.like(pod).terminating().build());
    }

    /** An object is gone at once, whatever finalizers it had. */
    public void drop(ObjectRef ref) {
        objects.remove(key(ref));
    }

    /** Lets the lifecycle look at every Pod once, as its own reconciler does. */
    public void lifecycle() {
        for (PodRecord pod : pods()) {
            edit(PodEdit.of(pod));
        }
    }

    @Override
    public Optional<Refusal> refusal(PodRecord pod) {
        return refusals.of(pod.uid());
    }

    @Override
    public Optional<Instant> nextTry(PodRecord pod) {
        return refusals.of(pod.uid()).flatMap(known -> known.nextTry(now()));
    }

    @Override
    public Optional<StatusRefusal> statusRefusal(ObjectRef object) {
        return Optional.empty();
    }

    @Override
    public Applied apply(Plan plan) {
        List<Failure> failures = new ArrayList<>();
        boolean failed = false;
        for (Action action : plan.actions()) {
            if (failed && !(action instanceof Action.WriteStatus) && !(action instanceof Action.Announce)) {
                failures.add(new Failure(action, Results.notDone(WriteResult.Cause.NOT_SENT)));
                continue;
            }
            Optional<Failure> failure = act(action);
            failure.ifPresent(failures::add);
            boolean relied = !(action instanceof Action.CreatePod
                    || action instanceof Action.TryPod
                    || action instanceof Action.DeletePod
                    || action instanceof Action.ReleasePod);
            failed = failed || (failure.isPresent() && relied);
        }
        Outcome outcome = plan.lookAgain()
                .map(after -> Outcome.requeueAfter(after, "planned"))
                .orElse(Outcome.done());
        return new Applied(outcome, failures);
    }

    private Optional<Failure> act(Action action) {
        Optional<Failure> failure = action instanceof Action.EditPod ? Optional.empty() : failing.apply(action);
        if (failure.isPresent()) {
            return failure;
        }
        Optional<String> refusal = refusing.apply(action);
        if (refusal.isPresent()
                && action instanceof Action.DeletePod delete
                && pods.containsKey(delete.pod().uid())) {
            return Optional.of(refusals.deletion(pods.get(delete.pod().uid()), delete, refusal.get(), now));
        }
        if (refusal.isPresent() && !(action instanceof Action.EditPod)) {
            return Optional.of(Results.refused(action, refusal.get()));
        }
        return switch (action) {
            case Action.EditPod edit -> edit(edit.edit());
            case Action.CreatePod create -> create(create);
            case Action.TryPod ignored -> Optional.empty();
            case Action.DeletePod delete -> delete(delete);
            case Action.ReleasePod release -> release(release);
            case Action.CreateObject create -> write(action, create.object(), 0, create.body());
            case Action.PatchObject patch -> write(action, patch.object(), patch.resourceVersion(), patch.patch());
            case Action.PatchStatus patch ->
                write(action, patch.object(), patch.resourceVersion(), (ObjectNode)
                        patch.status().objectNode().set("status", patch.status()));
            case Action.DeleteObject delete -> delete(delete);
            case Action.WriteStatus status ->
                write(action, status.object(), status.resourceVersion(), (ObjectNode)
                        status.status().objectNode().set("status", status.status()));
            case Action.Announce event -> {
                done.add(event);
                yield Optional.empty();
            }
        };
    }

    /** Outdated edits are dropped, as the actuator's lanes do. */
    private Optional<Failure> edit(PodEdit edit) {
        PodRecord seen = pods.get(edit.pod().uid());
        if (seen == null || seen.resourceVersion() != edit.resourceVersion()) {
            return Optional.empty();
        }
        PodEdit advanced = gate.advance(seen, edit, now).edit();
        Optional<String> refused = refusing.apply(new Action.EditPod(advanced));
        if (refused.isPresent()) {
            refusals.edit(seen, advanced, refused.get(), now);
            advanced = gate.advanceWithoutIntention(seen, edit, now).edit();
        }
        Action.EditPod sent = new Action.EditPod(advanced);
        if (advanced.isEmpty() || refusing.apply(sent).isPresent()) {
            reports.settled(seen.ref(), Results.of(advanced.isEmpty() ? "NOT_SENT" : "REFUSED"));
            return Optional.empty();
        }
        if (failing.apply(sent).isPresent()) {
            reports.settled(seen.ref(), Results.of("CONFLICT"));
            return Optional.empty();
        }
        begin();
        PodRecord written = seen.with(advanced);
        boolean specChanged = !advanced.images().isEmpty();
        put(Pods.like(written)
                .generation(seen.generation() + (specChanged ? 1 : 0))
                .build());
        reports.settled(seen.ref(), Results.of("WRITTEN"));
        written(sent);
        return Optional.empty();
    }

    private Optional<Failure> create(Action.CreatePod create) {
        if (pods.values().stream().anyMatch(pod -> pod.name().equals(create.name()))) {
            return Optional.of(Results.conflict(create, "the name is taken"));
        }
        begin();
        put(Pods.like(FakeCluster.record(create, "uid-" + create.name(), now))
                .ips("10.%d.%d.%d".formatted(writes >> 16, writes >> 8 & 255, writes & 255))
                .build());
        written(create);
        return Optional.empty();
    }

    private Optional<Failure> release(Action.ReleasePod release) {
        PodRecord seen = pods.get(release.pod().uid());
        if (seen == null || seen.resourceVersion() != release.resourceVersion()) {
            return Optional.empty();
        }
        begin();
        put(Pods.like(seen).withoutOwner(release.ownerUid()).build());
        written(release);
        return Optional.empty();
    }

    private Optional<Failure> delete(Action.DeletePod delete) {
        PodRecord seen = pods.get(delete.pod().uid());
        if (seen == null || seen.resourceVersion() != delete.resourceVersion()) {
            return Optional.of(Results.conflict(delete, "the Pod is not as it was"));
        }
        refusals.deleted(seen.uid());
        begin();
        terminate(seen);
        written(delete);
        return Optional.empty();
    }

    private Optional<Failure> delete(Action.DeleteObject delete) {
        Stored seen = objects.get(key(delete.object()));
        if (seen == null || seen.version() != delete.resourceVersion()) {
            return Optional.of(Results.conflict(delete, "the object is not as it was"));
        }
        begin();
        objects.remove(key(delete.object()));
        written(delete);
        return Optional.empty();
    }

    private Optional<Failure> write(Action action, ObjectRef ref, long expected, ObjectNode change) {
        Stored seen = objects.get(key(ref));
        if ((seen == null ? 0 : seen.version()) != expected) {
            return Optional.of(Results.conflict(action, ref + " is not as it was"));
        }
        begin();
        ObjectNode body = seen == null ? change.deepCopy() : merged(seen.body().deepCopy(), change);
        boolean released = body.path("metadata").has("deletionTimestamp")
                && body.path("metadata").path("finalizers").isEmpty();
        if (released) {
            objects.remove(key(ref));
        } else {
            put(ref, body);
        }
        written(action);
        return Optional.empty();
    }

    private void begin() {
        if (writesUntilCrash <= 0) {
            writesUntilCrash = Integer.MAX_VALUE;
            refusals.clear();
            throw new Crash();
        }
        writesUntilCrash--;
        writes++;
    }

    private void written(Action action) {
        done.add(action);
        afterEachWrite.forEach(Runnable::run);
    }

    private static ObjectNode merged(ObjectNode into, JsonNode patch) {
        patch.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                into.remove(field.getKey());
            } else if (field.getValue() instanceof ObjectNode more
                    && into.get(field.getKey()) instanceof ObjectNode known) {
                merged(known, more);
            } else {
                into.set(field.getKey(), field.getValue());
            }
        });
        return into;
    }

    private static String key(ObjectRef ref) {
        return ref.kind().kind() + "/" + ref.namespace() + "/" + ref.name();
    }

    /** How the cache shows a Pod that was just created. */
    private static PodRecord record(Action.CreatePod create, String uid, Instant now) {
        JsonNode metadata = create.body().path("metadata");
        Pods pod = Pods.pod(create.name())
                .in(create.owner().namespace())
                .uid(uid)
                .created(now)
                .node("")
                .ungated()
                .phase("Pending");
        metadata.path("labels")
                .properties()
                .forEach(label -> pod.label(label.getKey(), label.getValue().asText()));
        create.body()
                .path("spec")
                .path("readinessGates")
                .forEach(gate -> pod.gate(gate.path("conditionType").asText()));
        metadata.path("ownerReferences")
                .forEach(owner -> pod.owner(new Owner(
                        owner.path("apiVersion").asText(),
                        owner.path("kind").asText(),
                        owner.path("name").asText(),
                        owner.path("uid").asText(),
                        owner.path("controller").asBoolean())));
        create.body().path("spec").path("containers").forEach(container -> {
            String name = container.path("name").asText();
            pod.container(name, container.path("image").asText()).container(name, Containers::notStarted);
        });
        return pod.build();
    }
}
