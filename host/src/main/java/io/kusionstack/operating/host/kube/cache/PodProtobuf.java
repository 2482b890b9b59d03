package io.kusionstack.operating.host.kube.cache;

import com.google.protobuf.InvalidProtocolBufferException;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Pods in the protobuf of Kubernetes: a list is one object in a {@link ProtobufEnvelope}, a watch is {@link PodFrames}. Field
 * numbers are those of {@code Pod} and {@code PodList} in {@code k8s.io/api/core/v1/generated.proto}; a field that is not
 * named here is skipped. Strings are made only of what a record keeps.
 */
final class PodProtobuf implements PodFormat {
    static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

    private static final String KIND = "Pod";

    static final int METADATA = 1;
    static final int SPEC = 2;
    static final int STATUS = 3;

    /** Of a {@code PodList}; its metadata is field 1 as well. */
    static final int ITEMS = 2;

    /** Of a {@code ListMeta}. */
    private static final int LIST_RESOURCE_VERSION = 2;

    private static final int LIST_CONTINUE = 3;

    private static final ProtobufCursor.ProtobufPart<PodDraft> BOOKMARK =
            new PodMetadataProtobuf(INITIAL_END::equals)::read;

    private final Interner shared;
    private final KnownPods known;
    private final ProtobufCursor.ProtobufPart<PodDraft> metadata;

    /** The records that need not be read again: the answer to a write and the watch show the same version of a Pod. Any thread. */
    @FunctionalInterface
    interface KnownPods {
        /** The record of this version; null if it is not known. */
        @Nullable
        PodRecord of(String uid, long version);
    }

    /** @param annotations the keys of those to keep */
    PodProtobuf(Interner shared, Predicate<String> annotations, KnownPods known) {
        this.shared = shared;
        this.known = known;
        this.metadata = new PodMetadataProtobuf(annotations)::read;
    }

    @Override
    public PodRecord pod(byte[] body) throws IOException {
        try {
            ProtobufEnvelope envelope = ProtobufEnvelope.open(body, 0, body.length, shared);
            if (!envelope.kind().equals(KIND)) {
                throw new IOException("an object of kind " + envelope.kind() + " in place of a Pod");
            }
            return podOrKnown(envelope.object());
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("a Pod of " + body.length + " bytes is not in protobuf: " + e.getMessage(), e);
        }
    }

    /**
     * The Pod in a message {@code Pod}; the known record if there is one of its version. Not for the answer to a dry run, which has the version
     * of before.
     */
    PodRecord podOrKnown(ProtobufCursor proto) throws IOException {
        PodRecord same = known(proto.again());
        return same == null ? pod(proto) : same;
    }

    private @Nullable PodRecord known(ProtobufCursor proto) throws IOException {
        return proto.field() == METADATA ? knownOf(proto.bytes()) : null;
    }

    /** Reads no further than to the version; the API server writes fields in the order of their numbers. */
    private @Nullable PodRecord knownOf(ProtobufCursor metadata) throws IOException {
        String uid = "";
        for (int field = metadata.field(); field != 0; field = metadata.field()) {
            switch (field) {
                case PodMetadataProtobuf.UID -> uid = metadata.own();
                case PodMetadataProtobuf.RESOURCE_VERSION -> {
                    return known.of(uid, ApiResponse.version(metadata.own()));
                }
                default -> metadata.skip();
            }
        }
        return null;
    }

    private PodRecord pod(ProtobufCursor proto) throws IOException {
        PodDraft pod = new PodDraft();
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case METADATA -> proto.message(metadata, pod);
                case SPEC -> proto.message(PodSpecProtobuf::read, pod);
                case STATUS -> proto.message(PodStatusProtobuf::read, pod);
                default -> proto.skip();
            }
        }
        return pod.record(shared);
    }

    /** What a bookmark says: a Pod with nothing but a version, and perhaps an annotation. */
    PodEvent bookmark(ProtobufCursor proto) throws IOException {
        PodDraft pod = new PodDraft();
        for (int field = proto.field(); field != 0; field = proto.field()) {
            if (field == METADATA) {
                proto.message(BOOKMARK, pod);
            } else {
                proto.skip();
            }
        }
        return new PodEvent.Bookmark(
                pod.version, pod.annotations.getOrDefault(INITIAL_END, "").equals("true"));
    }

    @Override
    public Page page(byte[] body, Consumer<PodRecord> each) throws IOException {
        try {
            return page(ProtobufEnvelope.open(body, 0, body.length, shared).object(), each);
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("a list of " + body.length + " bytes is not in protobuf: " + e.getMessage(), e);
        }
    }

    private Page page(ProtobufCursor list, Consumer<PodRecord> each) throws IOException {
        Page page = new Page(0, "");
        for (int field = list.field(); field != 0; field = list.field()) {
            switch (field) {
                case METADATA -> page = page(list.bytes());
                case ITEMS -> each.accept(pod(list.bytes()));
                default -> list.skip();
            }
        }
        return page;
    }

    private static Page page(ProtobufCursor metadata) throws IOException {
        String version = "";
        String next = "";
        for (int field = metadata.field(); field != 0; field = metadata.field()) {
            switch (field) {
                case LIST_RESOURCE_VERSION -> version = metadata.own();
                case LIST_CONTINUE -> next = metadata.own();
                default -> metadata.skip();
            }
        }
        return new Page(ApiResponse.version(version), next);
    }

    @Override
    public Events events(InputStream body) {
        return new PodFrames(body, this, shared);
    }

    @Override
    public ApiResponse refusal(ApiResponse answer) {
        try {
            byte[] body = answer.body();
            ProtobufCursor status =
                    ProtobufEnvelope.open(body, 0, body.length, shared).object();
            return new ApiResponse(answer.code(), StatusProtobuf.read(status).body(), answer.retryAfter());
        } catch (IOException notOfTheApi) {
            return answer;
        }
    }
}
