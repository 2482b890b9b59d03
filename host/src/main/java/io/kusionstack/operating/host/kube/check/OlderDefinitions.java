package io.kusionstack.operating.host.kube.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ObjectKind;
import java.util.List;

/** What will not work since the API server's CustomResourceDefinitions are older than the host: Kuperator's, for example. */
final class OlderDefinitions {
    private static final List<Field> FIELDS = List.of(
            new Field(ObjectKind.COLLASET, "spec/paused", "paused sets are not held"),
            new Field(ObjectKind.COLLASET, "status/terminatingReplicas", "the status does not count terminating Pods"),
            new Field(ObjectKind.COLLASET, "status/selector", "the set has no scale subresource for autoscalers"),
            new Field(ObjectKind.COLLASET, "status/conditions", "sets do not say what is in the way"),
            new Field(
                    ObjectKind.POD_TRANSITION_RULE,
                    "spec/rules/plugin",
                    "rules by plugin are lost as they are applied"),
            new Field(
                    ObjectKind.POD_TRANSITION_RULE,
                    "status/conditions",
                    "rules do not say whether they are understood, and how many slots are taken"),
            new Field(
                    ObjectKind.POD_TRANSITION_RULE,
                    "status/ruleStates/pluginStatus",
                    "plugins cannot remember anything: Pods wait for those that want to"),
            new Field(
                    ObjectKind.POD_TRANSITION_RULE,
                    "status/moreDetails",
                    "the status does not say how many Pods its details leave out"));

    private OlderDefinitions() {}

    /** @param path the field, through arrays as if they were their elements */
    private record Field(ObjectKind kind, String path, String consequence) {}

    /**
     * One sentence for each field that is not kept.
     *
     * @param openApi version 3, of the group and version of the host's objects; missing where the server does not tell
     */
    static List<String> notes(JsonNode openApi) {
        return FIELDS.stream()
                .filter(field -> {
                    JsonNode schema = schema(openApi, field.kind());
                    return !schema.isMissingNode() && !keeps(schema, field.path());
                })
                .map(field -> "CustomResourceDefinition " + field.kind().plural() + "." + Names.GROUP
                        + " is older than this host and does not keep "
                        + field.path().replace('/', '.') + ": "
                        + field.consequence() + "; apply deploy/crds/" + Names.GROUP + "_"
                        + field.kind().plural() + ".yaml")
                .toList();
    }

    private static JsonNode schema(JsonNode openApi, ObjectKind kind) {
        for (JsonNode schema : openApi.at("/components/schemas")) {
            for (JsonNode named : schema.path("x-kubernetes-group-version-kind")) {
                if (kind.kind().equals(named.path("kind").asText())) {
                    return schema;
                }
            }
        }
        return openApi.path("no such kind");
    }

    private static boolean keeps(JsonNode schema, String path) {
        JsonNode at = schema;
        for (String field : path.split("/", -1)) {
            JsonNode object = at.has("items") ? at.path("items") : at;
            if (object.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
                return true;
            }
            at = object.path("properties").path(field);
        }
        return !at.isMissingNode();
    }
}
