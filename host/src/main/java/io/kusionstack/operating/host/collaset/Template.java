package io.kusionstack.operating.host.collaset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.MapEdit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The change between two Pod templates, and whether a running Pod can be changed so. */
final class Template {
    private static final String METADATA = "metadata";
    private static final String CONTAINERS = "containers";

    private Template() {}

    /**
     * Only labels, annotations and the images of regular containers can be changed in place. An entry that the templates
     * have in common is left as it is on the Pod, so that writes of others survive. So are the keys of the operator.
     */
    static TemplateChange between(JsonNode from, JsonNode to) {
        JsonNode before = from.path("spec").path(CONTAINERS);
        JsonNode after = to.path("spec").path(CONTAINERS);
        if (before.size() != after.size()) {
            return new TemplateChange.Recreate("the number of spec.template.spec.containers");
        }
        if (!finalizers(from).equals(finalizers(to))) {
            return new TemplateChange.Recreate("spec.template.metadata.finalizers");
        }
        if (!GoJson.text(withoutFreeParts(from)).equals(GoJson.text(withoutFreeParts(to)))) {
            JsonNode rest = withoutFreeParts(RevisionData.withoutDefaults(from));
            JsonNode wanted = withoutFreeParts(RevisionData.withoutDefaults(to));
            if (!GoJson.text(rest).equals(GoJson.text(wanted))) {
                return new TemplateChange.Recreate(TreeDifference.first(rest, wanted));
            }
        }
        SortedMap<String, String> images = new TreeMap<>();
        for (int i = 0; i < after.size(); i++) {
            String image = after.get(i).path("image").asText();
            if (!image.equals(before.get(i).path("image").asText())) {
                images.put(after.get(i).path("name").asText(), image);
            }
        }
        return new TemplateChange.InPlace(
                edit(from, to, "labels", OwnKeys::isLabel), edit(from, to, "annotations", Template::isKept), images);
    }

    /** The labels that a Pod of the template has for certain. */
    static Map<String, String> labels(JsonNode template) {
        Map<String, String> labels = entries(template, "labels");
        labels.keySet().removeIf(OwnKeys::isLabel);
        labels.put(Names.CONTROL, "true");
        return labels;
    }

    /** Those that a template has a say in. */
    static List<String> finalizers(JsonNode template) {
        List<String> names = new ArrayList<>();
        template.path(METADATA).path("finalizers").forEach(name -> names.add(name.asText()));
        names.removeIf(OwnKeys::isFinalizer);
        return names;
    }

    /** All labels or annotations of a template. */
    static Map<String, String> entries(JsonNode template, String field) {
        Map<String, String> entries = new HashMap<>();
        template.path(METADATA)
                .path(field)
                .properties()
                .forEach(entry -> entries.put(entry.getKey(), entry.getValue().asText()));
        return entries;
    }

    private static JsonNode withoutFreeParts(JsonNode template) {
        ObjectNode rest = RevisionData.of(template, List.of());
        ObjectNode kept = (ObjectNode) rest.path("spec").path("template");
        kept.remove(METADATA);
        for (JsonNode container : kept.path("spec").path(CONTAINERS)) {
            if (container instanceof ObjectNode known) {
                known.remove("image");
            }
        }
        return RevisionData.meant(kept, List.of());
    }

    private static boolean isKept(String annotation) {
        return OwnKeys.isAnnotation(annotation) || OwnKeys.isShared(annotation);
    }

    private static MapEdit edit(JsonNode from, JsonNode to, String field, Predicate<String> kept) {
        Map<String, String> before = entries(from, field);
        Map<String, String> after = entries(to, field);
        before.keySet().removeIf(kept);
        after.keySet().removeIf(kept);
        Map<String, String> set = new HashMap<>(after);
        set.entrySet().removeAll(before.entrySet());
        Set<String> gone = new HashSet<>(before.keySet());
        gone.removeAll(after.keySet());
        return MapEdit.set(set).then(MapEdit.remove(gone));
    }

    /** @param why the fields of the template that no living Pod takes */
    static String notInPlace(String why) {
        return "Pods cannot be updated in place because of " + why
                + "; set spec.updateStrategy.podUpgradePolicy to InPlaceIfPossible, or take the change back";
    }
}
