package io.kusionstack.operating.host.plan;

/** The kinds that the host writes, or tells of. */
public enum ObjectKind {
    COLLASET("apps.kusionstack.io/v1alpha1", "CollaSet", "collasets"),
    POD_TRANSITION_RULE("apps.kusionstack.io/v1alpha1", "PodTransitionRule", "podtransitionrules"),
    RESOURCE_CONTEXT("apps.kusionstack.io/v1alpha1", "ResourceContext", "resourcecontexts"),
    CONTROLLER_REVISION("apps/v1", "ControllerRevision", "controllerrevisions"),
    OPERATION_JOB("apps.kusionstack.io/v1alpha1", "OperationJob", "operationjobs"),
    POD_DECORATION("apps.kusionstack.io/v1alpha1", "PodDecoration", "poddecorations"),
    VOLUME_CLAIM("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    SERVICE("v1", "Service", "services"),
    POD("v1", "Pod", "pods");

    private final String apiVersion;
    private final String kind;
    private final String plural;

    ObjectKind(String apiVersion, String kind, String plural) {
        this.apiVersion = apiVersion;
        this.kind = kind;
        this.plural = plural;
    }

    public String apiVersion() {
        return apiVersion;
    }

    public String kind() {
        return kind;
    }

    public String plural() {
        return plural;
    }
}
