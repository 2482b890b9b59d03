package io.kusionstack.operating.host.kube.check;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ObjectKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks, before anything starts, whether the API server has what the host needs: the CustomResourceDefinitions, and the
 * rights. Blocks for as long as the API server takes; one thread at a time.
 */
public final class Preflight implements AutoCloseable {
    private static final String REVIEWS = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    private static final List<ObjectKind> DEFINED =
            List.of(ObjectKind.COLLASET, ObjectKind.POD_TRANSITION_RULE, ObjectKind.RESOURCE_CONTEXT);

    private final String server;
    private final ApiClient client;
    private final List<String> namespaces;
    private final List<RequiredRight> needed;

    /** What a look found. */
    public sealed interface PreflightResult {}

    /**
     * All is there.
     *
     * @param notes one sentence for each thing that will not work nevertheless, with the remedy
     */
    public record ClusterReady(String server, List<String> notes) implements PreflightResult {
        public ClusterReady {
            notes = List.copyOf(notes);
        }
    }

    /**
     * No answer; look again later.
     *
     * @param why the error in the words of the connection or of the server
     */
    public record ClusterUnreachable(String server, String why) implements PreflightResult {}

    /** The answer is no, and waiting will not help. Each problem is one sentence that ends with the remedy. */
    public record ClusterUnfit(List<String> problems) implements PreflightResult {
        public ClusterUnfit {
            problems = List.copyOf(problems);
        }
    }

    /**
     * A right as RBAC speaks of it.
     *
     * @param group empty for the core group
     * @param resource with its subresource, for example {@code pods/status}
     */
    public record RequiredRight(String group, String resource, String verb) {
        /** Nodes belong to no namespace: a binding inside of one does not give them. */
        boolean isOfNoNamespace() {
            return resource.equals("nodes");
        }

        @Override
        public String toString() {
            return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
        }
    }

    /** @param namespaces where the rights are needed; none means everywhere */
    public Preflight(ClusterAccess access, List<String> namespaces, List<RequiredRight> needed) {
        this.server = access.server();
        this.client = new ApiClient(access);
        this.namespaces = namespaces.isEmpty() ? List.of("") : List.copyOf(namespaces);
        this.needed = List.copyOf(needed);
    }

    public PreflightResult look() {
        try {
            ApiResponse version = client.get("apis/" + Names.API_VERSION);
            if (version.code() == 401) {
                return new ClusterUnfit(
                        List.of(server + " does not know the identity of the host (401 " + version.message()
                                + "): give kubernetes.kubeconfig a file with a valid token or certificate"));
            }
            if (!version.isSuccess() && !version.isNotFound()) {
                return new ClusterUnreachable(server, version.code() + " " + version.message());
            }
            List<String> problems = new ArrayList<>(missingDefinitions(version));
            problems.addAll(missingRights());
            List<String> notes = new ArrayList<>(olderDefinitions());
            notes.addAll(unserved(present(version)));
            notes.addAll(missingNodeRights());
            return problems.isEmpty() ? new ClusterReady(server, notes) : new ClusterUnfit(problems);
        } catch (IOException e) {
            return new ClusterUnreachable(server, e.toString());
        }
    }

    private static Set<String> present(ApiResponse version) {
        Set<String> present = new HashSet<>();
        version.json()
                .path("resources")
                .forEach(resource -> present.add(resource.path("name").asText()));
        return present;
    }

    /** Kinds of Kuperator that this version does not serve: their users have to know. */
    static List<String> unserved(Set<String> present) {
        return UnservedObjects.KINDS.stream()
                .map(ObjectKind::plural)
                .filter(present::contains)
                .map(
                        plural -> "objects of " + plural + "." + Names.GROUP
                                + " have no effect in this version: nothing is decorated or restarted for them; see docs/collaset.md")
                .toList();
    }

    private List<String> missingDefinitions(ApiResponse version) {
        Set<String> present = present(version);
        return DEFINED.stream()
                .filter(kind -> !present.contains(kind.plural()))
                .map(kind -> "CustomResourceDefinition " + kind.plural() + "." + Names.GROUP + " is missing on "
                        + server + ": apply it with kubectl apply -f deploy/crds/" + Names.GROUP + "_" + kind.plural()
                        + ".yaml")
                .toList();
    }

    private List<String> olderDefinitions() throws IOException {
        ApiResponse openApi = client.get("openapi/v3/apis/" + Names.API_VERSION);
        return openApi.isSuccess() ? OlderDefinitions.notes(openApi.json()) : List.of();
    }

    private List<String> missingRights() throws IOException {
        List<String> missing = new ArrayList<>();
        for (RequiredRight right : needed) {
            for (String namespace : right.isOfNoNamespace() ? List.<String>of() : namespaces) {
                if (!isAllowed(right, namespace)) {
                    missing.add(missing(right, namespace)
                            + ": bind the roles of deploy/rbac.yaml to the user or service account of the host");
                }
            }
        }
        return missing;
    }

    /** A host of some namespaces may have no right to a kind of none: it works without. */
    private List<String> missingNodeRights() throws IOException {
        List<String> missing = new ArrayList<>();
        for (RequiredRight right : needed) {
            if (right.isOfNoNamespace() && !isAllowed(right, "")) {
                missing.add(missing(right, "") + ": a node that is not Ready is not told from others; bind the role"
                        + " operating-nodes of deploy/rbac.yaml to the user or service account of the host");
            }
        }
        return missing;
    }

    private static String missing(RequiredRight right, String namespace) {
        return "no right to " + right + (namespace.isEmpty() ? " in all namespaces" : " in " + namespace);
    }

    private boolean isAllowed(RequiredRight right, String namespace) throws IOException {
        ObjectNode review = JsonNodeFactory.instance.objectNode();
        String[] parts = right.resource().split("/", 2);
        ObjectNode attributes = review.put("apiVersion", "authorization.k8s.io/v1")
                .put("kind", "SelfSubjectAccessReview")
                .putObject("spec")
                .putObject("resourceAttributes")
                .put("group", right.group())
                .put("resource", parts[0])
                .put("subresource", parts.length > 1 ? parts[1] : "")
                .put("verb", right.verb());
        if (!namespace.isEmpty()) {
            attributes.put("namespace", namespace);
        }
        ApiResponse answer = client.post(REVIEWS, review.toString());
        if (!answer.isSuccess()) {
            throw new IOException(answer.code() + " " + answer.message());
        }
        return answer.json().at("/status/allowed").asBoolean();
    }

    @Override
    public void close() {
        client.close();
    }
}
