package io.kusionstack.operating.host.kube.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.DelayedTasks;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.kube.write.ApiActuator.ActuatorPorts;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Refusal;
import io.kusionstack.operating.host.plan.WriteResult;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates, releases and deletes Pods, with an expectation for each that comes or goes until the cache shows it. Right
 * before a creation is sent the live Pods of its owner are counted, by owner and whatever planned it. Any thread; blocks.
 */
final class PodCreateDelete {
    private static final Logger LOG = LoggerFactory.getLogger(PodCreateDelete.class);
    private static final String KIND = "Pod";
    private static final int MOST_RETRIES = 5;

    private final ActuatorPorts ports;
    private final RequestSender sender;
    private final Refusals refusals;
    private final DelayedTasks later;
    private final DryRuns dryRuns;
    private final PodReader reader;

    PodCreateDelete(ActuatorPorts ports, RequestSender sender, DryRuns dryRuns, DelayedTasks later) {
        this.ports = ports;
        this.sender = sender;
        this.dryRuns = dryRuns;
        this.refusals = dryRuns.refusals();
        this.later = later;
        this.reader = new PodReader(ports.cache(), sender);
    }

    /** After so long a creation without an answer is either seen or never will be. */
    private Duration uncertain() {
        return sender.timeout().plusSeconds(1);
    }

    Optional<Failure> create(Action.CreatePod action) {
        ObjectNode body = action.body().deepCopy();
        body.withObjectProperty("metadata").put("name", action.name());
        if (!ports.expectations()
                .expectCreation(
                        action.owner(), action.name(), action.most(), expected -> othersAlive(action, expected))) {
            return Optional.of(tooMany(action));
        }
        WriteResult result = sender.send(
                Urgency.LIFE,
                KIND,
                "create",
                client -> ports.cache()
                        .readable(client.post(
                                collection(action),
                                body.toString(),
                                ports.cache().accepted())));
        if (isOurs(action, result)) {
            lowerIfSeen(action);
            return Optional.empty();
        }
        Optional<Failure> failure = ObjectWriter.failure(action, result);
        failure.ifPresent(why -> afterFailedCreation(action, why));
        return failure;
    }

    /**
     * Nothing is stored, so it is not counted as a write. The API server checks the name last. Strict about fields
     * that the server does not know, as kubectl is for its own kinds: a creation would leave them out in silence.
     */
    Optional<Failure> attempt(Action.TryPod action) {
        String path =
                ApiClient.collection(ObjectKind.POD, action.owner().namespace()) + "?dryRun=All&fieldValidation=Strict";
        try {
            ApiResponse answer =
                    sender.read(client -> client.post(path, action.body().toString()));
            WriteResult result = answer.writeResult();
            return ObjectWriter.isTaken(result) ? Optional.empty() : ObjectWriter.failure(action, result);
        } catch (IOException e) {
            return Optional.of(new Failure(action, RequestSender.unknown("no answer: " + e.getMessage())));
        }
    }

    /** A Pod that is in the cache already and expected all the same counts once, which only matters near the bound. */
    private int othersAlive(Action.CreatePod action, Set<String> expected) {
        String owner = action.owner().uid();
        int atMost = ports.cache().alive(owner) + expected.size();
        if (atMost < action.most()) {
            return atMost;
        }
        Set<String> names = new HashSet<>(expected);
        ports.cache().forEachAlive(owner, pod -> names.add(pod.name()));
        names.remove(action.name());
        return names.size();
    }

    private Failure tooMany(Action.CreatePod action) {
        ports.metrics().notSent(KIND, "create");
        LOG.atWarn()
                .addKeyValue("owner", action.owner())
                .addKeyValue("pod", action.name())
                .addKeyValue("most", action.most())
                .log("A Pod was not created, for its owner has as many as it may have alive");
        return new Failure(
                action,
                RequestSender.notSent(action.owner() + " has " + action.most()
                        + " live Pods, created or being created, and may have no more"));
    }

    /** A Pod that was in the cache before it was expected shows up by no event. */
    private void lowerIfSeen(Action.CreatePod action) {
        if (ports.cache()
                .get(new Key(action.owner().namespace(), action.name()))
                .isPresent()) {
            ports.expectations().forgetCreation(action.owner(), action.name());
        }
    }

    private void afterFailedCreation(Action.CreatePod action, Failure failure) {
        if (failure.result().cause() == WriteResult.Cause.UNKNOWN) {
            later.after(uncertain(), () -> lowerUnlessThere(action));
        } else {
            ports.expectations().forgetCreation(action.owner(), action.name());
        }
    }

    private void lowerUnlessThere(Action.CreatePod action) {
        try {
            if (sender.read(client -> client.get(path(action))).isNotFound()) {
                ports.expectations().forgetCreation(action.owner(), action.name());
            }
        } catch (IOException e) {
            later.after(uncertain(), () -> lowerUnlessThere(action));
        }
    }

    /**
     * The name is taken: by an earlier try of this very creation, if the Pod there has our owner and our id and is not on
     * its way out.
     */
    private boolean isOurs(Action.CreatePod action, WriteResult result) {
        if (!ObjectWriter.isTaken(result)) {
            return false;
        }
        try {
            JsonNode metadata =
                    sender.read(client -> client.get(path(action))).json().path("metadata");
            boolean owned = false;
            for (JsonNode owner : metadata.path("ownerReferences")) {
                owned = owned
                        || owner.path("uid").asText().equals(action.owner().uid());
            }
            return owned
                    && !metadata.has("deletionTimestamp")
                    && metadata.path("labels")
                            .path(Names.INSTANCE_ID)
                            .asText()
                            .equals(Integer.toString(action.instanceId()));
        } catch (IOException e) {
            return false;
        }
    }

    /** To be called in the lane of the Pod. */
    Optional<Failure> release(Action.ReleasePod action) {
        Optional<PodRecord> seen = ports.cache().byUid(action.pod().uid());
        if (seen.isEmpty() || seen.get().resourceVersion() != action.resourceVersion()) {
            ports.metrics().outdated(KIND);
            return Optional.empty();
        }
        if (!ports.cache().isSettled()) {
            return Optional.of(new Failure(action, RequestSender.newEpoch()));
        }
        long epoch = ports.cache().epoch();
        String body = PodPatch.release(seen.get(), action.ownerUid()).toString();
        WriteResult result = sender.send(
                Urgency.LIFE,
                KIND,
                "patch",
                client -> client.patch(PodPatch.path(seen.get()), ApiClient.STRATEGIC, body));
        if (result instanceof WriteResult.Written(byte[] answer)) {
            learnReleased(answer, epoch);
        }
        return ObjectWriter.failure(action, result);
    }

    private void learnReleased(byte[] answer, long epoch) {
        try {
            ports.cache().learn(ports.cache().parse(answer), epoch);
        } catch (IOException e) {
            // the watch will tell
            return;
        }
    }

    /** To be called in the lane of the Pod. */
    Optional<Failure> delete(Action.DeletePod action) {
        Optional<PodRecord> seen = ports.cache().byUid(action.pod().uid());
        if (seen.isEmpty() || seen.get().terminating()) {
            return Optional.empty();
        }
        if (seen.get().resourceVersion() != action.resourceVersion()) {
            ports.metrics().outdated(KIND);
            return Optional.of(new Failure(action, RequestSender.changed()));
        }
        if (!ports.cache().isSettled()) {
            return Optional.of(new Failure(action, RequestSender.newEpoch()));
        }
        Optional<Refusal> earlier = refusals.holding(seen.get(), PodEdit.of(seen.get()));
        if (earlier.isPresent()) {
            Refusal known = earlier.get();
            return Optional.of(new Failure(action, known.result()));
        }
        return deleteNow(action, seen.get());
    }

    private Optional<Failure> deleteNow(Action.DeletePod action, PodRecord seen) {
        long epoch = ports.cache().epoch();
        ports.expectations().expectDeletion(seen);
        SentDeletion sent = sender.inTurn(Urgency.LIFE, () -> sendDeletion(seen, epoch))
                .orElseGet(() -> new SentDeletion(RequestSender.notSent(RequestSender.STOPPING), 0));
        WriteResult result = sent.result;
        boolean isUnknown = ports.cache().byUid(seen.uid()).isEmpty();
        if (ObjectWriter.isGone(result) || PodEditRetry.isOfNewerRecord(result) && isUnknown) {
            return Optional.empty();
        }
        if (result instanceof WriteResult.Written(byte[] answer)) {
            learn(answer, epoch);
        }
        Optional<Failure> failure = ObjectWriter.failure(action, result);
        failure.ifPresent(why -> afterFailedDeletion(seen, why, sent.tries));
        return failure;
    }

    /** After a conflict the Pod is read, and deleted in the same turn where only its version and what no record holds have changed. */
    private SentDeletion sendDeletion(PodRecord seen, long epoch) {
        WriteResult result = sendDeletion(seen, epoch, seen.resourceVersion());
        int tries = 1;
        while (tries <= MOST_RETRIES && ObjectWriter.isTaken(result)) {
            Optional<PodReader.ReadPod> read = reader.readIfLike(seen, epoch);
            if (read.isEmpty()) {
                break;
            }
            result = sendDeletion(seen, epoch, read.get().record().resourceVersion());
            tries++;
        }
        return new SentDeletion(result, tries);
    }

    /** @param tries how often it was sent */
    private record SentDeletion(WriteResult result, int tries) {}

    private WriteResult sendDeletion(PodRecord seen, long epoch, long version) {
        String options =
                ObjectWriter.preconditions(seen.uid(), OptionalLong.of(version)).toString();
        return sender.sendInTurn(
                KIND,
                "delete",
                () -> reader.isLikeNewest(seen, epoch),
                client -> client.delete(PodPatch.path(seen), options));
    }

    private void afterFailedDeletion(PodRecord pod, Failure failure, int tries) {
        if (failure.result().isRefusal()) {
            dryRuns.forgetPassed(pod);
            dryRuns.wakes().atTries(refusals.note(pod, PodEdit.of(pod), failure.result()));
        }
        if (PodEditRetry.isOfNewerRecord(failure.result())) {
            refusals.noteConflict(pod, PodEdit.of(pod), failure.result(), tries).ifPresent(dryRuns.wakes()::atTries);
        }
        if (failure.result().cause() == WriteResult.Cause.UNKNOWN) {
            later.after(uncertain(), () -> lookAfterDeletion(pod));
        } else {
            ports.expectations().forgetDeletion(pod);
        }
    }

    private void lookAfterDeletion(PodRecord pod) {
        switch (reader.read(pod)) {
            case NEWER, KNOWN -> {
                ports.expectations().forgetDeletion(pod);
                ports.cache().wake(pod.uid());
            }
            case NOTHING -> later.after(uncertain(), () -> lookAfterDeletion(pod));
            case GONE -> {}
        }
    }

    /** The answer is the Pod as long as it is terminating, else a Status. */
    private void learn(byte[] answer, long epoch) {
        if (!ApiResponse.tree(answer).path("kind").asText().equals(KIND)) {
            return;
        }
        try {
            PodRecord after = ports.cache().parse(answer);
            if (after.terminating()) {
                ports.cache().learn(after, epoch);
            }
        } catch (IOException e) {
            // the watch will tell
            return;
        }
    }

    private static String collection(Action.CreatePod action) {
        return ApiClient.collection(ObjectKind.POD, action.owner().namespace());
    }

    private static String path(Action.CreatePod action) {
        return collection(action) + "/" + action.name();
    }
}
