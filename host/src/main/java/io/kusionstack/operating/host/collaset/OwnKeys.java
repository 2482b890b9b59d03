package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The keys that the operator itself writes on Pods; a template must not set them. Keys that users write on Pods, and so in templates,
 * are not among them: {@code update-included}, {@code stay-offline}, the rules to skip, the finalizers to expect.
 */
final class OwnKeys {
    private static final String DECORATION = "poddecoration.kusionstack.io";
    private static final Set<String> LABELS = Set.of(
            Names.CONTROL,
            Names.REVISION,
            Names.INSTANCE_ID,
            Names.SERVICE_AVAILABLE,
            Names.PREPARING_TO_DELETE,
            Names.CREATING,
            Names.POD_COMPLETING,
            Names.TO_DELETE,
            Names.TO_REPLACE,
            Names.TO_EXCLUDE,
            Names.REPLACE_PAIR_NEW_ID,
            Names.REPLACE_PAIR_ORIGIN_NAME,
            "collaset.kusionstack.io/replaced-by-replace-update",
            "collaset.kusionstack.io/orphaned");

    private OwnKeys() {}

    static boolean isLabel(String key) {
        String domain = domain(key);
        return LABELS.contains(key) || PodOps.isOperationLabel(key) || domain.equals(DECORATION);
    }

    static boolean isAnnotation(String key) {
        String domain = domain(key);
        return key.equals(Names.LAST_POD_STATUS) || domain.equals(Names.RULE_DETAIL) || domain.equals(DECORATION);
    }

    static boolean isFinalizer(String name) {
        return name.startsWith(Names.PROTECTION_PREFIX);
    }

    /** True for an annotation that a template may give to a new Pod and that others change on a living Pod. */
    static boolean isShared(String key) {
        return key.equals(Names.AVAILABLE_CONDITIONS);
    }

    /** The parts of a template that have no effect, and why; the opt-in is left out if its value is the one that the operator writes. */
    static List<String> ignored(JsonNode template) {
        JsonNode metadata = template.path("metadata");
        List<String> paths = new ArrayList<>();
        metadata.path("labels").properties().forEach(label -> {
            boolean same = label.getKey().equals(Names.CONTROL)
                    && label.getValue().asText().equals("true");
            if (isLabel(label.getKey()) && !same) {
                paths.add("labels[" + label.getKey() + "]");
            }
        });
        metadata.path("annotations").properties().forEach(annotation -> {
            if (isAnnotation(annotation.getKey())) {
                paths.add("annotations[" + annotation.getKey() + "]");
            }
        });
        metadata.path("finalizers").forEach(finalizer -> {
            if (isFinalizer(finalizer.asText())) {
                paths.add("finalizers[" + finalizer.asText() + "]");
            }
        });
        if (!metadata.path("ownerReferences").isEmpty()) {
            paths.add("ownerReferences");
        }
        return paths.stream()
                .map(path -> "spec.template.metadata." + path
                        + " has no effect: the operator writes it itself; leave it out")
                .toList();
    }

    /** Labels of living Pods that ask for a feature that this version does not offer, each with its first Pods and a remedy. */
    static List<String> unserved(List<SetPod> podsOfSet) {
        List<String> told = new ArrayList<>();
        unserved(podsOfSet, Names.TO_REPLACE, "set the label " + Names.TO_DELETE + ", and the Pod is created again")
                .ifPresent(told::add);
        unserved(
                        podsOfSet,
                        Names.TO_EXCLUDE,
                        "to keep the Pod running outside the set, change its labels so that the"
                                + " selector does not match them")
                .ifPresent(told::add);
        return told;
    }

    private static Optional<String> unserved(List<SetPod> podsOfSet, String label, String instead) {
        List<String> pods = podsOfSet.stream()
                .map(SetPod::pod)
                .filter(pod -> pod.hasLabel(label))
                .map(PodRecord::name)
                .sorted()
                .toList();
        return pods.isEmpty()
                ? Optional.empty()
                : Optional.of("label " + label + " has no effect (on " + pods.size() + " Pods, first " + pods.getFirst()
                        + "): it is not offered in this version; " + instead);
    }

    private static String domain(String key) {
        return key.substring(0, Math.max(0, key.indexOf('/')));
    }
}
