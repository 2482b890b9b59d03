package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.FieldTracking;
import io.kusionstack.operating.host.plan.Owner;
import java.io.IOException;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Reads a Pod's metadata. Field numbers are those of {@code ObjectMeta}, {@code OwnerReference} and
 * {@code ManagedFieldsEntry} in {@code k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto}.
 */
final class PodMetadataProtobuf {
    static final int NAME = 1;
    static final int NAMESPACE = 3;
    static final int UID = 5;
    static final int RESOURCE_VERSION = 6;
    static final int GENERATION = 7;
    static final int CREATION_TIMESTAMP = 8;
    static final int DELETION_TIMESTAMP = 9;
    static final int LABELS = 11;
    static final int ANNOTATIONS = 12;
    static final int OWNER_REFERENCES = 13;
    static final int FINALIZERS = 14;
    static final int MANAGED_FIELDS = 17;

    /** Of an entry of a map. */
    static final int KEY = 1;

    static final int VALUE = 2;

    private static final int OWNER_KIND = 1;
    private static final int OWNER_NAME = 3;
    private static final int OWNER_UID = 4;
    private static final int OWNER_API_VERSION = 5;
    private static final int OWNER_CONTROLLER = 6;
    private static final int OPERATION = 2;

    private final Predicate<String> annotations;
    private final ProtobufCursor.ProtobufPart<Map<String, String>> annotation = this::annotation;

    /** @param annotations the keys of those to keep */
    PodMetadataProtobuf(Predicate<String> annotations) {
        this.annotations = annotations;
    }

    void read(ProtobufCursor proto, PodDraft pod) throws IOException {
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case NAME -> pod.name = proto.own();
                case NAMESPACE -> pod.namespace = proto.common();
                case UID -> pod.uid = proto.own();
                case RESOURCE_VERSION -> pod.version = ApiResponse.version(proto.own());
                case GENERATION -> pod.generation = proto.number();
                case CREATION_TIMESTAMP -> pod.created = proto.time();
                case DELETION_TIMESTAMP -> pod.deletion = proto.timeOrNull();
                case LABELS -> proto.message(PodMetadataProtobuf::label, pod.labels);
                case ANNOTATIONS -> proto.message(annotation, pod.annotations);
                case OWNER_REFERENCES -> proto.message(PodMetadataProtobuf::owner, pod);
                case FINALIZERS -> pod.finalizers.add(proto.common());
                case MANAGED_FIELDS -> proto.message(PodMetadataProtobuf::tracked, pod);
                default -> proto.skip();
            }
        }
    }

    private static void label(ProtobufCursor entry, Map<String, String> labels) throws IOException {
        String key = "";
        String value = "";
        for (int field = entry.field(); field != 0; field = entry.field()) {
            switch (field) {
                case KEY -> key = entry.common();
                case VALUE -> value = entry.common();
                default -> entry.skip();
            }
        }
        labels.put(key, value);
    }

    /** The key comes first, so that the value of another one than those to keep is not read. */
    private void annotation(ProtobufCursor entry, Map<String, String> kept) throws IOException {
        String key = "";
        String value = "";
        boolean keep = false;
        for (int field = entry.field(); field != 0; field = entry.field()) {
            if (field == KEY) {
                key = entry.common();
                keep = annotations.test(key);
            } else if (field == VALUE && keep) {
                value = PodDraft.isCommon(key) ? entry.common() : entry.own();
            } else {
                entry.skip();
            }
        }
        if (keep) {
            kept.put(key, value);
        }
    }

    private static void owner(ProtobufCursor proto, PodDraft pod) throws IOException {
        String apiVersion = "";
        String kind = "";
        String name = "";
        String uid = "";
        boolean controller = false;
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case OWNER_API_VERSION -> apiVersion = proto.common();
                case OWNER_KIND -> kind = proto.common();
                case OWNER_NAME -> name = proto.common();
                case OWNER_UID -> uid = proto.common();
                case OWNER_CONTROLLER -> controller = proto.isTrue();
                default -> proto.skip();
            }
        }
        pod.owners.add(proto.shared(new Owner(apiVersion, kind, name, uid, controller)));
    }

    private static void tracked(ProtobufCursor entry, PodDraft pod) throws IOException {
        boolean applied = pod.fieldTracking == FieldTracking.APPLIED;
        for (int field = entry.field(); field != 0; field = entry.field()) {
            if (field == OPERATION) {
                applied |= entry.common().equals("Apply");
            } else {
                entry.skip();
            }
        }
        pod.fieldTracking = applied ? FieldTracking.APPLIED : FieldTracking.UPDATED;
    }
}
