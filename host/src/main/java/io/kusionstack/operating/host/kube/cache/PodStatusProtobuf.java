package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.plan.PodCondition;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * Reads a Pod's status. Field numbers are those of {@code PodStatus} and of the messages in it, in
 * {@code k8s.io/api/core/v1/generated.proto}.
 */
final class PodStatusProtobuf {
    static final int PHASE = 1;
    static final int CONDITIONS = 2;
    static final int MESSAGE = 3;
    static final int REASON = 4;
    static final int POD_IP = 6;
    static final int CONTAINER_STATUSES = 8;
    static final int INIT_CONTAINER_STATUSES = 10;
    static final int POD_IPS = 12;
    static final int OBSERVED_GENERATION = 17;

    private static final int IP = 1;
    private static final int CONDITION_TYPE = 1;
    private static final int CONDITION_STATUS = 2;
    private static final int CONDITION_LAST_TRANSITION_TIME = 4;
    private static final int CONDITION_REASON = 5;

    private PodStatusProtobuf() {}

    static void read(ProtobufCursor proto, PodDraft pod) throws IOException {
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case PHASE -> pod.phase = proto.common();
                case CONDITIONS -> proto.message(PodStatusProtobuf::condition, pod.conditions);
                case MESSAGE -> pod.message = proto.own();
                case REASON -> pod.reason = proto.common();
                case POD_IP -> pod.podIp = proto.own();
                case POD_IPS -> proto.message(PodStatusProtobuf::ip, pod.podIps);
                case CONTAINER_STATUSES -> proto.message(PodStatusProtobuf::container, pod);
                case INIT_CONTAINER_STATUSES -> proto.message(PodStatusProtobuf::initContainer, pod);
                case OBSERVED_GENERATION -> pod.observedGeneration = proto.number();
                default -> proto.skip();
            }
        }
    }

    private static void condition(ProtobufCursor proto, List<PodCondition> conditions) throws IOException {
        String type = "";
        String status = "";
        String reason = "";
        Instant since = Instant.EPOCH;
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case CONDITION_TYPE -> type = proto.common();
                case CONDITION_STATUS -> status = proto.common();
                case CONDITION_REASON -> reason = proto.common();
                case CONDITION_LAST_TRANSITION_TIME -> since = proto.time();
                default -> proto.skip();
            }
        }
        conditions.add(new PodCondition(type, status, reason, since));
    }

    private static void ip(ProtobufCursor proto, List<String> ips) throws IOException {
        for (int field = proto.field(); field != 0; field = proto.field()) {
            if (field == IP) {
                ips.add(proto.own());
            } else {
                proto.skip();
            }
        }
    }

    private static void container(ProtobufCursor proto, PodDraft pod) throws IOException {
        pod.addStatus(ContainerStatusProtobuf.read(proto));
    }

    private static void initContainer(ProtobufCursor proto, PodDraft pod) throws IOException {
        pod.addInitStatus(ContainerStatusProtobuf.read(proto));
    }
}
