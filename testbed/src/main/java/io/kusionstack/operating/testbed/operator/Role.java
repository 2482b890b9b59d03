package io.kusionstack.operating.testbed.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.KubeApi;
import java.nio.file.Path;

/**
 * The rights that an operator is shipped with: the ClusterRoles of a file.
 *
 * @param documents as they stand in the file, other kinds too
 */
public record Role(Sample documents) {
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/";

    /** Reads a file such as {@code deploy/rbac.yaml}. */
    public static Role of(Path file) {
        return new Role(Sample.of(file));
    }

    /** Gives a user these rights in all namespaces, and no others. Does nothing the second time. */
    public void grant(KubeApi api, String user) {
        for (JsonNode role : documents.all("ClusterRole")) {
            String name = role.at("/metadata/name").asText();
            createOnce(api, RBAC + "clusterroles", role);
            createOnce(api, RBAC + "clusterrolebindings", binding(name, user));
        }
    }

    private static ObjectNode binding(String role, String user) {
        ObjectNode binding = JsonNodeFactory.instance
                .objectNode()
                .put("apiVersion", "rbac.authorization.k8s.io/v1")
                .put("kind", "ClusterRoleBinding");
        binding.withObject("/metadata").put("name", role + "-for-" + user);
        binding.withObject("/roleRef")
                .put("apiGroup", "rbac.authorization.k8s.io")
                .put("kind", "ClusterRole")
                .put("name", role);
        binding.putArray("subjects")
                .addObject()
                .put("apiGroup", "rbac.authorization.k8s.io")
                .put("kind", "User")
                .put("name", user);
        return binding;
    }

    private static void createOnce(KubeApi api, String collection, JsonNode object) {
        try {
            api.create(collection, object);
        } catch (ApiException e) {
            if (!e.isConflict()) {
                throw e;
            }
        }
    }
}
