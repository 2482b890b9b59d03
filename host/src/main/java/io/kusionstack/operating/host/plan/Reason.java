package io.kusionstack.operating.host.plan;

/** Why something waits or was refused: the same word in status, events, logs and metrics. */
public enum Reason {
    WAITING_FOR_RULE("WaitingForRule", "a PodTransitionRule has not let the Pod pass yet"),
    NO_VERDICT("NoVerdict", "a rule plugin gave no verdict on the Pod"),
    BUDGET_EXHAUSTED("BudgetExhausted", "an availability rule has no slot left"),
    WAITING_FOR_FINALIZER("WaitingForFinalizer", "a protection finalizer is still on the Pod"),
    WAITING_FOR_TRAFFIC_OFF("WaitingForTrafficOff", "a load balancer still sends to the Pod"),
    DRAINING_CONNECTIONS("DrainingConnections", "the load balancer sends no new requests and lets the old ones end"),
    WAITING_FOR_TRAFFIC_ON("WaitingForTrafficOn", "the load balancer does not send to the Pod yet"),
    TRAFFIC_BACKEND_MISSING("TrafficBackendMissing", "the load balancer took the Pod and does not show it"),
    TRAFFIC_THROTTLED("TrafficThrottled", "the load balancer's provider asks for fewer calls"),
    TRAFFIC_UNKNOWN("TrafficUnknown", "the load balancer's provider does not tell its backends"),
    TRAFFIC_PLACE_MISSING("TrafficPlaceMissing", "the load balancer or group that the Service names does not exist"),
    TRAFFIC_PORT_MISSING("TrafficPortMissing", "the Service names a targetPort that the Pod does not have"),
    TRAFFIC_REFUSED("TrafficRefused", "the load balancer's provider refuses the change"),
    TRAFFIC_NOT_SERVED(
            "TrafficNotServed",
            "the Service asks for a traffic plugin, and has another type or label than those that are served"),
    TRAFFIC_LEFT_BEHIND("TrafficLeftBehind", "no record tells where Pods of the Service were registered"),
    TRAFFIC_WITHDRAWN("TrafficWithdrawn", "the Service does not ask for traffic any more"),
    TRAFFIC_GROUP_SHARED("TrafficGroupShared", "another Service has its Pods in the load balancer's group already"),
    TRAFFIC_RECORD_REFUSED(
            "TrafficRecordRefused", "the load balancers of the Service could not be recorded in its annotations"),
    LAST_BACKEND("LastBackend", "too few other Pods of the Service get requests yet"),
    FOREIGN_BACKEND("ForeignBackend", "the Pod's address is registered at the load balancer by another party"),
    WAITING_FOR_EXPECTED_FINALIZER("WaitingForExpectedFinalizer", "traffic is not back on the Pod yet"),
    SETTLING_AFTER_DEREGISTER("SettlingAfterDeregister", "the Pod left the endpoints a moment ago"),
    NODE_UNREACHABLE("NodeUnreachable", "the Pod's node is not Ready, so its kubelet would not follow"),
    WAITING_FOR_KUBELET("WaitingForKubelet", "the kubelet has not started, or ended, a container yet"),
    CONTAINER_CRASHING("ContainerCrashing", "a container of the Pod ends again and again"),
    IMAGE_NOT_PULLED("ImageNotPulled", "the image cannot be pulled"),
    GATE_NOT_OBSERVED("GateNotObserved", "the kubelet has not followed the readiness gate yet"),
    POD_NOT_READY("PodNotReady", "the Pod is not ready yet"),
    ANOTHER_OPERATION_RUNNING("AnotherOperationRunning", "another operation on the Pod has to end first"),
    OPERATION_DELAYED("OperationDelayed", "the delay asked for in the spec has not passed yet"),
    OPERATION_TYPE_MISSING("OperationTypeMissing", "the operation has no operation-type label"),
    OPERATION_UNDER_WAY("OperationUnderWay", "the client that began the operation has to end it"),
    STEP_UNDER_WAY("StepUnderWay", "nothing else holds the Pod: the host is about to look at it, or writes it"),
    NOT_CONTROLLED("NotControlled", "the Pod does not have the opt-in label"),
    POD_STUCK("PodStuck", "a Pod of the set cannot go on by itself"),
    SUPERSEDED("Superseded", "a newer intention replaced this one"),
    REVISION_UNPROVEN("RevisionUnproven", "the API server has not taken a Pod of the revision yet"),
    TEMPLATE_REFUSED("TemplateRefused", "the API server refuses Pods of the template"),
    INVALID_SPEC("InvalidSpec", "the spec is invalid, or asks for a feature that this version does not offer"),
    PAUSED("Paused", "spec.paused holds the update of the set"),
    UPDATE_FAILED("UpdateFailed", "the update of the set does not go on until a user acts"),
    SCALE_OUT_FAILED("ScaleOutFailed", "the set cannot create Pods"),
    SCALE_IN_FAILED("ScaleInFailed", "the set cannot delete its surplus Pods"),
    DELETION_FAILED("DeletionFailed", "a Pod is to be deleted, for itself or with its set, and cannot be"),
    REFUSED_BY_SERVER("RefusedByServer", "the API server refused the write for its content"),
    FORBIDDEN_BY_SERVER("ForbiddenByServer", "the API server does not let the host make the write"),
    WRITE_FAILED("WriteFailed", "a webhook that the API server asks about the write gives no answer"),
    WRITE_CONFLICT("WriteConflict", "other clients change the object again and again before it can be written"),
    SERVER_UNREACHABLE("ServerUnreachable", "the API server is busy, or a write got no answer"),
    STAY_OFFLINE("StayOffline", "the label stay-offline keeps the Pod out of service"),
    PLUGIN_UNAVAILABLE("PluginUnavailable", "the plugin that is asked about the Pod is not loaded"),
    PLUGIN_BUSY("PluginBusy", "the plugin that is asked about the Pod is busy with other calls"),
    PLUGIN_FAILED("PluginFailed", "the plugin that is asked about the Pod gave no usable answer");

    private final String word;
    private final String meaning;

    Reason(String word, String meaning) {
        this.word = word;
        this.meaning = meaning;
    }

    /** CamelCase and stable: it is part of the interface. */
    public String word() {
        return word;
    }

    public String meaning() {
        return meaning;
    }
}
