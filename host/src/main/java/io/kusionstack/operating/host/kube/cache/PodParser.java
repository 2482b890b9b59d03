package io.kusionstack.operating.host.kube.cache;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.FieldTracking;
import io.kusionstack.operating.host.plan.Owner;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads Pods from JSON straight into records, in one pass, keeping what {@link PodRecord} holds and skipping the rest.
 * Any thread.
 */
final class PodParser {
    private static final JsonFactory JSON = ApiResponse.jsonFactory();

    private final Interner shared = new Interner();
    private final Set<String> annotations;

    /** @param annotations keys to keep beside those under kusionstack.io */
    PodParser(Set<String> annotations) {
        this.annotations = Set.copyOf(annotations);
    }

    /** The Pod in the body of a response. */
    PodRecord parse(byte[] body) throws IOException {
        try (JsonParser json = JSON.createParser(body)) {
            json.nextToken();
            return parse(json);
        }
    }

    /**
     * One page of a list.
     *
     * @param version of the list
     * @param next token of the next page, empty after the last
     */
    record Page(long version, String next) {}

    /** Hands each Pod of a list to {@code each}. */
    Page parsePage(byte[] body, Consumer<PodRecord> each) throws IOException {
        String version = "";
        String next = "";
        try (JsonParser parser = JSON.createParser(body)) {
            JsonCursor json = new JsonCursor(parser, shared);
            parser.nextToken();
            for (String field = json.field(); field != null; field = json.field()) {
                switch (field) {
                    case "metadata" -> {
                        for (String inner = json.field(); inner != null; inner = json.field()) {
                            switch (inner) {
                                case "resourceVersion" -> version = json.own();
                                case "continue" -> next = json.own();
                                default -> json.skip();
                            }
                        }
                    }
                    case "items" -> json.each(() -> each.accept(parse(parser)));
                    default -> json.skip();
                }
            }
        }
        return new Page(ApiResponse.version(version), next);
    }

    /** The Pod that begins at the parser's current token; leaves the parser at its end. */
    PodRecord parse(JsonParser parser) throws IOException {
        JsonCursor json = new JsonCursor(parser, shared);
        PodDraft pod = new PodDraft();
        for (String field = json.field(); field != null; field = json.field()) {
            switch (field) {
                case "metadata" -> json.object(() -> metadata(json, pod));
                case "spec" -> json.object(() -> PodSpecJson.read(json, pod));
                case "status" -> json.object(() -> PodStatusJson.read(json, pod));
                default -> json.skip();
            }
        }
        return pod.record(shared);
    }

    private void metadata(JsonCursor json, PodDraft pod) throws IOException {
        for (String field = json.field(); field != null; field = json.field()) {
            switch (field) {
                case "name" -> pod.name = json.own();
                case "namespace" -> pod.namespace = json.common();
                case "uid" -> pod.uid = json.own();
                case "resourceVersion" -> pod.version = ApiResponse.version(json.own());
                case "generation" -> pod.generation = json.number();
                case "creationTimestamp" -> pod.created = json.time();
                case "deletionTimestamp" -> pod.deletion = json.isNull() ? null : json.time();
                case "deletionGracePeriodSeconds" -> pod.graceSeconds = json.number();
                case "labels" -> pod.labels = labels(json);
                case "annotations" -> pod.annotations = annotations(json);
                case "finalizers" -> pod.finalizers = json.texts();
                case "ownerReferences" -> pod.owners = owners(json);
                case "managedFields" -> json.each(() -> pod.fieldTracking = tracked(json, pod.fieldTracking));
                default -> json.skip();
            }
        }
    }

    /** True if a record shows this annotation. */
    boolean keeps(String annotation) {
        return Names.isOurs(annotation) || annotations.contains(annotation);
    }

    private static Map<String, String> labels(JsonCursor json) throws IOException {
        Map<String, String> labels = new HashMap<>();
        json.object(() -> {
            for (String key = json.field(); key != null; key = json.field()) {
                labels.put(json.key(), json.common());
            }
        });
        return labels;
    }

    private Map<String, String> annotations(JsonCursor json) throws IOException {
        Map<String, String> kept = new HashMap<>();
        json.object(() -> {
            for (String key = json.field(); key != null; key = json.field()) {
                if (keeps(key)) {
                    kept.put(json.key(), json.own());
                } else {
                    json.skip();
                }
            }
        });
        return kept;
    }

    /** What one entry of the managed fields adds to {@code known}. */
    private static FieldTracking tracked(JsonCursor json, FieldTracking known) throws IOException {
        boolean[] applied = {known == FieldTracking.APPLIED};
        json.object(() -> {
            for (String field = json.field(); field != null; field = json.field()) {
                if (field.equals("operation")) {
                    applied[0] |= json.common().equals("Apply");
                } else {
                    json.skip();
                }
            }
        });
        return applied[0] ? FieldTracking.APPLIED : FieldTracking.UPDATED;
    }

    private List<Owner> owners(JsonCursor json) throws IOException {
        List<Owner> owners = new ArrayList<>();
        json.each(() -> owners.add(owner(json)));
        return owners;
    }

    private Owner owner(JsonCursor json) throws IOException {
        String apiVersion = "";
        String kind = "";
        String name = "";
        String uid = "";
        boolean controller = false;
        for (String field = json.field(); field != null; field = json.field()) {
            switch (field) {
                case "apiVersion" -> apiVersion = json.common();
                case "kind" -> kind = json.common();
                case "name" -> name = json.common();
                case "uid" -> uid = json.common();
                case "controller" -> controller = json.isTrue();
                default -> json.skip();
            }
        }
        return shared.value(new Owner(apiVersion, kind, name, uid, controller));
    }

    /** A parser of a stream of documents; closing it closes the stream. */
    static JsonParser open(InputStream stream) throws IOException {
        return JSON.createParser(stream);
    }
}
