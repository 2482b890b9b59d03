package io.kusionstack.operating.host.model;

import java.util.List;
import java.util.Set;

/**
 * Labels, annotations, finalizers and condition types as Kuperator writes and reads them. Changing one breaks the
 * take-over of a running cluster.
 */
public final class Names {
    public static final String GROUP = "apps.kusionstack.io";
    public static final String VERSION = "v1alpha1";
    public static final String API_VERSION = GROUP + "/" + VERSION;

    /** A name of most objects: RFC 1123, as IsDNS1123Subdomain of k8s.io/apimachinery/pkg/util/validation. */
    public static final String SUBDOMAIN = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

    /** Opt-in of a Pod, with the value {@code true}. */
    public static final String CONTROL = "kusionstack.io/control";

    /** Prefixes of labels that carry the id of an operation after the slash. */
    public static final String OPERATING = "operating.podopslifecycle.kusionstack.io";

    public static final String OPERATION_TYPE = "operation-type.podopslifecycle.kusionstack.io";
    public static final String PRE_CHECK = "pre-check.podopslifecycle.kusionstack.io";
    public static final String PRE_CHECKED = "pre-checked.podopslifecycle.kusionstack.io";
    public static final String PREPARING = "preparing.podopslifecycle.kusionstack.io";
    public static final String OPERATE = "operate.podopslifecycle.kusionstack.io";
    public static final String OPERATED = "operated.podopslifecycle.kusionstack.io";
    public static final String DONE_OPERATION_TYPE = "done-operation-type.podopslifecycle.kusionstack.io";
    public static final String POST_CHECK = "post-check.podopslifecycle.kusionstack.io";
    public static final String POST_CHECKED = "post-checked.podopslifecycle.kusionstack.io";
    public static final String COMPLETING = "completing.podopslifecycle.kusionstack.io";
    public static final String UNDO_OPERATION_TYPE = "undo-operation-type.podopslifecycle.kusionstack.io";

    /** Prefix of the label that carries the type of an operation, not its id, after the slash. */
    public static final String OPERATION_PERMISSION = "operation-permission.podopslifecycle.kusionstack.io";

    /** Labels of a Pod that belong to no single operation. */
    public static final String SERVICE_AVAILABLE = "podopslifecycle.kusionstack.io/service-available";

    public static final String PREPARING_TO_DELETE = "podopslifecycle.kusionstack.io/preparing-to-delete";
    public static final String STAY_OFFLINE = "podopslifecycle.kusionstack.io/stay-offline";
    public static final String CREATING = "podopslifecycle.kusionstack.io/creating";
    public static final String POD_COMPLETING = "podopslifecycle.kusionstack.io/completing";

    public static final String TO_DELETE = "collaset.kusionstack.io/to-delete";
    public static final String TO_REPLACE = "collaset.kusionstack.io/to-replace";
    public static final String TO_EXCLUDE = "collaset.kusionstack.io/to-exclude";
    public static final String UPDATE_INCLUDED = "collaset.kusionstack.io/update-included";
    public static final String INSTANCE_ID = "collaset.kusionstack.io/instance-id";
    public static final String REPLACE_PAIR_ORIGIN_NAME = "collaset.kusionstack.io/replace-pair-origin-name";
    public static final String REPLACE_PAIR_NEW_ID = "collaset.kusionstack.io/replace-pair-new-id";

    /** The full name of the ControllerRevision a Pod was made from. */
    public static final String REVISION = "controller-revision-hash";

    public static final String REVISION_HASH = "controller.kubernetes.io/hash";
    /** Annotation of a ControllerRevision: the spec, without template and claims, that was accepted with it last. */
    public static final String ACCEPTED_SPEC = "collaset.operating.kusionstack.io/accepted-spec";

    /** Annotation of a CollaSet, {@code Kept}: its Pods keep their field tracking. */
    public static final String FIELD_TRACKING = "collaset.operating.kusionstack.io/field-tracking";

    public static final String FIELD_TRACKING_KEPT = "Kept";

    public static final String REVISION_COLLISION = "controller.kubernetes.io/collision";

    /** Annotations of a Pod. */
    public static final String LAST_POD_STATUS = "collaset.kusionstack.io/last-pod-status";

    public static final String AVAILABLE_CONDITIONS = "pod.kusionstack.io/available-conditions";
    public static final String SKIP_RULES = "podtransitionrule.kusionstack.io/skip-rule-conditions";
    public static final String RULE_DETAIL = "detail.podtransitionrule.kusionstack.io";

    /** Annotations of a Pod that decisions read, beside those that rules name. */
    public static final Set<String> READ_OF_PODS = Set.of(LAST_POD_STATUS, AVAILABLE_CONDITIONS, SKIP_RULES);

    /** The readiness gate, a condition type of the Pod. */
    public static final String SERVICE_READY = "pod.kusionstack.io/service-ready";

    /** Finalizers that start with this keep an operation from touching the Pod. */
    public static final String PROTECTION_PREFIX = "prot.podopslifecycle.kusionstack.io";

    public static final String COLLASET_FINALIZER = "apps.kusionstack.io/pre-reclaim";
    /** Annotation of a CollaSet that is gone in the next moment: whoever takes its finalizer off knows that no Pod needs it any more. */
    public static final String PODS_LEFT = "collaset.operating.kusionstack.io/pods-left";

    /** A finalizer of Kubernetes: the dependents of the object stay. */
    public static final String ORPHAN_FINALIZER = "orphan";

    public static final String RULE_FINALIZER = "finalizer.operating.kusionstack.io/protected";

    /** On a Service with a traffic plugin: keeps it until it has no backend left at a load balancer. */
    public static final String CLEAN_FINALIZER = "resource-consist.kusionstack.io/clean-finalizer";

    /** Older versions of Kuperator wrote this, followed by the name of the Service, instead. */
    public static final String CLEAN_FINALIZER_LEGACY = "resource-consist.kusionstack.io/clean-";

    /** Annotations of such a Service: names of Pods, separated by commas. */
    public static final String EMPLOYEES_PROTECTED =
            "resource-consist.kusionstack.io/employees-lifecycle-finalizer-recorded";

    public static final String EMPLOYEES_EXPECTED =
            "resource-consist.kusionstack.io/employees-expected-finalizer-added";

    /** Annotations of traffic: the plugin's name, and where the Service's Pods may have backends. */
    public static final String TRAFFIC_DOMAIN = "traffic.operating.kusionstack.io";

    public static final String TRAFFIC_PLUGIN = "traffic.operating.kusionstack.io/plugin";
    public static final String TRAFFIC_MAY_BE_EMPTY = "traffic.operating.kusionstack.io/may-be-empty";
    public static final String TRAFFIC_SERVED = "traffic.operating.kusionstack.io/served";

    /** Ids of the operations this host begins itself. */
    public static final String COLLASET_OPERATION = "collaset";

    public static final String POD_DELETE_OPERATION = "pod-delete";

    /** Ids of the operations that the operator begins itself. */
    public static final List<String> OWN_OPERATIONS = List.of(COLLASET_OPERATION, POD_DELETE_OPERATION);

    /** Types of operations. */
    public static final String UPDATE = "update";

    public static final String SCALE_IN = "scale-in";
    public static final String DELETE = "delete";

    /** Anything the host keeps of a Pod's annotations lies under this domain, or is named by a rule. */
    public static final String DOMAIN = "kusionstack.io";

    private Names() {}

    /** True for a key of a label or annotation in the domain of Kuperator and of the host. */
    public static boolean isOurs(String key) {
        int slash = key.indexOf('/');
        if (slash < 0) {
            return false;
        }
        int start = slash - DOMAIN.length();
        return start >= 0 && key.startsWith(DOMAIN, start) && (start == 0 || key.charAt(start - 1) == '.');
    }

    /** The label or annotation key of {@code prefix} for an id or a name. */
    public static String key(String prefix, String suffix) {
        return prefix + "/" + suffix;
    }
}
