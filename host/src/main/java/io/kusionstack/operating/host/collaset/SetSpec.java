package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.CollaSetStatus;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The checked spec of a CollaSet with its defaults.
 *
 * @param selector empty exactly when the selector itself is broken; then {@code problems} says why
 * @param context name of the ResourceContext that holds the instance ids
 * @param ignored given fields without effect in this version, each with a remedy
 * @param assumed given values that are not known, each with the value that is assumed instead
 * @param text the spec without its template, as {@link AcceptedSpec} stores it
 * @param problems all problems of the spec; while there are any, nothing is created, updated or scaled
 * @param newerProblems all problems of a newer spec, instead of which this one is in force; while there are any, begun operations are
 *     finished or undone and lost Pods are created again, and nothing new is begun
 */
record SetSpec(
        ObjectRef ref,
        long resourceVersion,
        long generation,
        boolean deleting,
        List<String> finalizers,
        int replicas,
        Optional<Selector> selector,
        Map<String, String> matchLabels,
        JsonNode template,
        List<JsonNode> claims,
        UpgradePolicy policy,
        Rollout rollout,
        Duration updateDelay,
        Duration scaleInDelay,
        int historyLimit,
        String context,
        Set<String> podsToDelete,
        CollaSetStatus status,
        List<String> ignored,
        List<String> assumed,
        String text,
        List<String> problems,
        List<String> newerProblems) {

    SetSpec {
        finalizers = List.copyOf(finalizers);
        matchLabels = Map.copyOf(matchLabels);
        claims = List.copyOf(claims);
        podsToDelete = Set.copyOf(podsToDelete);
        ignored = List.copyOf(ignored);
        assumed = List.copyOf(assumed);
        problems = List.copyOf(problems);
        newerProblems = List.copyOf(newerProblems);
    }

    Key key() {
        return new Key(namespace(), name());
    }

    /** This spec, in force while {@code newer} is not accepted. */
    SetSpec inPlaceOf(SetSpec newer) {
        return new SetSpec(
                ref,
                resourceVersion,
                generation,
                deleting,
                finalizers,
                replicas,
                selector,
                matchLabels,
                template,
                claims,
                policy,
                rollout,
                updateDelay,
                scaleInDelay,
                historyLimit,
                context,
                podsToDelete,
                status,
                newer.ignored(),
                newer.assumed(),
                text,
                problems,
                newer.problems());
    }

    String namespace() {
        return ref.namespace();
    }

    String name() {
        return ref.name();
    }

    String uid() {
        return ref.uid();
    }

    int collisions() {
        return Optional.ofNullable(status.collisionCount()).orElse(0);
    }

    /** The name of the revision that was complete last, empty before there was one. */
    String currentRevision() {
        return Optional.ofNullable(status.currentRevision()).orElse("");
    }

    /** The owner reference of objects that the set controls. */
    ObjectNode ownerReference() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("apiVersion", ref.kind().apiVersion())
                .put("kind", ref.kind().kind())
                .put("name", name())
                .put("uid", uid())
                .put("controller", true)
                .put("blockOwnerDeletion", true);
    }

    boolean isInPlaceOnly() {
        return policy == UpgradePolicy.IN_PLACE_ONLY;
    }
}
