package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.FieldTracking;
import io.kusionstack.operating.host.plan.Owner;
import java.io.IOException;
import java.util.Map;
import java.util.function.Predicate;

/** Reads a Pod's metadata. */
final class PodMetadataJson {
    private PodMetadataJson() {}

    /** @param annotations the keys of those to keep */
    static void read(JsonCursor json, PodDraft pod, Predicate<String> annotations) throws IOException {
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "name" -> pod.name = json.own();
                case "namespace" -> pod.namespace = json.common();
                case "uid" -> pod.uid = json.own();
                case "resourceVersion" -> pod.version = ApiResponse.version(json.own());
                case "generation" -> pod.generation = json.number();
                case "creationTimestamp" -> pod.created = json.time();
                case "deletionTimestamp" -> pod.deletion = json.isNull() ? null : json.time();
                case "labels" -> labels(json, pod.labels);
                case "annotations" -> annotations(json, pod, annotations);
                case "finalizers" -> json.eachText(pod.finalizers::add);
                case "ownerReferences" -> json.each(() -> pod.owners.add(json.shared(owner(json))));
                case "managedFields" -> json.each(() -> pod.fieldTracking = tracked(json, pod.fieldTracking));
                default -> json.skip();
            }
        }
    }

    private static void labels(JsonCursor json, Map<String, String> labels) throws IOException {
        json.object(() -> {
            for (String key = json.firstField(); key != null; key = json.nextField()) {
                labels.put(json.key(), json.common());
            }
        });
    }

    private static void annotations(JsonCursor json, PodDraft pod, Predicate<String> kept) throws IOException {
        json.object(() -> {
            for (String key = json.firstField(); key != null; key = json.nextField()) {
                if (kept.test(key)) {
                    pod.annotations.put(json.key(), PodDraft.isCommon(key) ? json.common() : json.own());
                } else {
                    json.skip();
                }
            }
        });
    }

    /** What one entry of the managed fields adds to {@code known}. */
    private static FieldTracking tracked(JsonCursor json, FieldTracking known) throws IOException {
        boolean[] applied = {known == FieldTracking.APPLIED};
        json.object(() -> {
            for (String field = json.firstField(); field != null; field = json.nextField()) {
                if (field.equals("operation")) {
                    applied[0] |= json.common().equals("Apply");
                } else {
                    json.skip();
                }
            }
        });
        return applied[0] ? FieldTracking.APPLIED : FieldTracking.UPDATED;
    }

    private static Owner owner(JsonCursor json) throws IOException {
        String apiVersion = "";
        String kind = "";
        String name = "";
        String uid = "";
        boolean controller = false;
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "apiVersion" -> apiVersion = json.common();
                case "kind" -> kind = json.common();
                case "name" -> name = json.common();
                case "uid" -> uid = json.common();
                case "controller" -> controller = json.isTrue();
                default -> json.skip();
            }
        }
        return new Owner(apiVersion, kind, name, uid, controller);
    }
}
