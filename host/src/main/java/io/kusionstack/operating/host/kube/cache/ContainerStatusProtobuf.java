package io.kusionstack.operating.host.kube.cache;

import io.kusionstack.operating.host.plan.ContainerRecord;
import java.io.IOException;

/**
 * Reads the status of a container. Field numbers are those of {@code ContainerStatus} and of the messages in it, in
 * {@code k8s.io/api/core/v1/generated.proto}.
 */
final class ContainerStatusProtobuf {
    static final int NAME = 1;
    static final int STATE = 2;
    static final int LAST_STATE = 3;
    static final int READY = 4;
    static final int RESTART_COUNT = 5;
    static final int IMAGE = 6;
    static final int IMAGE_ID = 7;
    static final int CONTAINER_ID = 8;
    static final int STARTED = 9;

    /** Of a {@code ContainerState}. */
    private static final int WAITING = 1;

    private static final int RUNNING = 2;
    private static final int TERMINATED = 3;

    private static final int WAITING_REASON = 1;
    private static final int WAITING_MESSAGE = 2;
    private static final int RUNNING_STARTED_AT = 1;
    private static final int TERMINATED_EXIT_CODE = 1;
    private static final int TERMINATED_REASON = 3;
    private static final int TERMINATED_MESSAGE = 4;
    private static final int TERMINATED_CONTAINER_ID = 7;

    private ContainerStatusProtobuf() {}

    static PodDraft.Status read(ProtobufCursor proto) throws IOException {
        PodDraft.Status status = new PodDraft.Status();
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case NAME -> status.name = proto.common();
                case STATE -> proto.message(ContainerStatusProtobuf::state, status);
                case LAST_STATE -> proto.message(ContainerStatusProtobuf::lastState, status);
                case READY -> status.ready = proto.isTrue();
                case RESTART_COUNT -> status.restartCount = (int) proto.number();
                case IMAGE -> status.image = proto.common();
                case IMAGE_ID -> status.imageId = proto.common();
                case CONTAINER_ID -> status.containerId = proto.own();
                case STARTED -> status.started = proto.isTrue();
                default -> proto.skip();
            }
        }
        return status;
    }

    private static void state(ProtobufCursor proto, PodDraft.Status status) throws IOException {
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case WAITING -> proto.message(ContainerStatusProtobuf::waiting, status);
                case RUNNING -> proto.message(ContainerStatusProtobuf::running, status);
                case TERMINATED -> proto.message(ContainerStatusProtobuf::terminated, status);
                default -> proto.skip();
            }
        }
    }

    private static void waiting(ProtobufCursor proto, PodDraft.Status status) throws IOException {
        status.state = ContainerRecord.State.WAITING;
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case WAITING_REASON -> status.reason = proto.common();
                case WAITING_MESSAGE -> status.message = PodDraft.begin(proto.own());
                default -> proto.skip();
            }
        }
    }

    private static void running(ProtobufCursor proto, PodDraft.Status status) throws IOException {
        status.state = ContainerRecord.State.RUNNING;
        for (int field = proto.field(); field != 0; field = proto.field()) {
            if (field == RUNNING_STARTED_AT) {
                status.startedAt = proto.timeOrNull();
            } else {
                proto.skip();
            }
        }
    }

    private static void terminated(ProtobufCursor proto, PodDraft.Status status) throws IOException {
        status.state = ContainerRecord.State.TERMINATED;
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case TERMINATED_REASON -> status.reason = proto.common();
                case TERMINATED_MESSAGE -> status.message = PodDraft.begin(proto.own());
                default -> proto.skip();
            }
        }
    }

    private static void lastState(ProtobufCursor proto, PodDraft.Status status) throws IOException {
        for (int field = proto.field(); field != 0; field = proto.field()) {
            if (field == TERMINATED) {
                proto.message(ContainerStatusProtobuf::ended, status);
            } else {
                proto.skip();
            }
        }
    }

    private static void ended(ProtobufCursor proto, PodDraft.Status status) throws IOException {
        for (int field = proto.field(); field != 0; field = proto.field()) {
            switch (field) {
                case TERMINATED_CONTAINER_ID -> status.lastContainerId = proto.own();
                case TERMINATED_EXIT_CODE -> status.lastExitCode = (int) proto.number();
                default -> proto.skip();
            }
        }
    }
}
