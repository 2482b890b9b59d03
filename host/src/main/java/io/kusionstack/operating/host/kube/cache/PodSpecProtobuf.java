package io.kusionstack.operating.host.kube.cache;

import java.io.IOException;
import java.util.List;

/**
 * Reads a Pod's spec. Field numbers are those of {@code PodSpec} and of the messages in it, in
 * {@code k8s.io/api/core/v1/generated.proto}.
 */
final class PodSpecProtobuf {
    static final int VOLUMES = 1;
    static final int CONTAINERS = 2;
    static final int NODE_NAME = 10;
    static final int INIT_CONTAINERS = 20;
    static final int READINESS_GATES = 28;

    private static final int GATE_CONDITION_TYPE = 1;
    private static final int CONTAINER_NAME = 1;
    private static final int CONTAINER_IMAGE = 2;
    private static final int VOLUME_NAME = 1;
    private static final int VOLUME_SOURCE = 2;

    /** Of a {@code VolumeSource}, which JSON shows as part of the volume. */
    private static final int PERSISTENT_VOLUME_CLAIM = 10;

    private static final int CLAIM_NAME = 1;

    private PodSpecProtobuf() {}

    static void read(ProtobufCursor proto, PodDraft pod) throws IOException {
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case NODE_NAME -> pod.node = proto.common();
                case READINESS_GATES -> proto.message(PodSpecProtobuf::gate, pod.readinessGates);
                case CONTAINERS -> proto.message(PodSpecProtobuf::container, pod.containers);
                case INIT_CONTAINERS -> proto.message(PodSpecProtobuf::container, pod.initContainers);
                case VOLUMES -> proto.message(PodSpecProtobuf::volume, pod);
                default -> proto.skip();
            }
        }
    }

    private static void gate(ProtobufCursor proto, List<String> gates) throws IOException {
        for (int field = proto.field(); field != 0; field = proto.field()) {
            if (field == GATE_CONDITION_TYPE) {
                gates.add(proto.common());
            } else {
                proto.skip();
            }
        }
    }

    private static void container(ProtobufCursor proto, List<PodDraft.Container> containers) throws IOException {
        String name = "";
        String image = "";
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case CONTAINER_NAME -> name = proto.common();
                case CONTAINER_IMAGE -> image = proto.common();
                default -> proto.skip();
            }
        }
        containers.add(new PodDraft.Container(name, image));
    }

    private static void volume(ProtobufCursor proto, PodDraft pod) throws IOException {
        String name = "";
        String claim = "";
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case VOLUME_NAME -> name = proto.common();
                case VOLUME_SOURCE -> claim = claim(proto.bytes());
                default -> proto.skip();
            }
        }
        if (!claim.isEmpty()) {
            pod.claims.put(name, claim);
        }
    }

    private static String claim(ProtobufCursor source) throws IOException {
        String claim = "";
        for (int field = source.field(); field != 0; field = source.field()) {
            if (field == PERSISTENT_VOLUME_CLAIM) {
                claim = claimName(source.bytes());
            } else {
                source.skip();
            }
        }
        return claim;
    }

    private static String claimName(ProtobufCursor claim) throws IOException {
        String name = "";
        for (int field = claim.field(); field != 0; field = claim.field()) {
            if (field == CLAIM_NAME) {
                name = claim.own();
            } else {
                claim.skip();
            }
        }
        return name;
    }
}
