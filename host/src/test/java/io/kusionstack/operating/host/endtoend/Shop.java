package io.kusionstack.operating.host.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.host.world.Crds;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.operator.HostProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One namespace with a set named web, a rule over its Pods, and an operator that looks after this namespace only. */
final class Shop implements AutoCloseable {
    static final String OLD = "registry.example/web:v1";
    static final String NEW = "registry.example/web:v2";
    static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String GROUP = "/apis/apps.kusionstack.io/v1alpha1";
    private static final String POOL = "test.operating.kusionstack.io/pool";
    private static final Path DEPLOY = Path.of("..", "deploy");

    final KubeApi api;
    final Witness witness;
    private final String namespace;
    private final HostProcess host;

    private Shop(KubeApi api, String namespace, HostProcess host) {
        this.api = api;
        this.namespace = namespace;
        this.host = host;
        this.witness = new Witness(api, podsPath());
    }

    /** Starts the operator with the rights of deploy/rbac.yaml and waits until it is ready. */
    static Shop open(ControlPlane cluster, String namespace) {
        return open(cluster, namespace, HostProcess.config());
    }

    /** @param pods the part {@code pods} of the configuration */
    static Shop open(ControlPlane cluster, String namespace, ObjectNode pods) {
        KubeApi api = new KubeApi(cluster.connection("admin"), "host-test/1");
        Crds.install(api);
        grant(api);
        ObjectNode config = HostProcess.config().put("endpointSettle", "0s");
        config.putObject("limits").put("requestTimeout", "2s");
        config.putArray("watchNamespaces").add(namespace);
        config.set("pods", pods);
        HostProcess host = HostProcess.start(cluster, Path.of("target", "operating"), "host", config);
        return new Shop(api, namespace, host.awaitReady());
    }

    private static void grant(KubeApi api) {
        for (JsonNode object : documents(DEPLOY.resolve("rbac.yaml"))) {
            if (object.path("kind").asText().equals("ClusterRole")) {
                createOnce(api, "/apis/rbac.authorization.k8s.io/v1/clusterroles", object);
                String role = object.at("/metadata/name").asText();
                createOnce(api, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding(role));
            }
        }
    }

    private static ObjectNode binding(String role) {
        ObjectNode binding = JsonMapper.builder()
                .build()
                .createObjectNode()
                .put("apiVersion", "rbac.authorization.k8s.io/v1")
                .put("kind", "ClusterRoleBinding");
        binding.withObject("/metadata").put("name", role + "-test");
        binding.withObject("/roleRef")
                .put("apiGroup", "rbac.authorization.k8s.io")
                .put("kind", "ClusterRole")
                .put("name", role);
        binding.putArray("subjects")
                .addObject()
                .put("apiGroup", "rbac.authorization.k8s.io")
                .put("kind", "User")
                .put("name", "host");
        return binding;
    }

    private static List<JsonNode> documents(Path file) {
        YAMLMapper yaml = new YAMLMapper();
        try (var parser = yaml.createParser(Files.readString(file))) {
            return yaml.<JsonNode>readValues(parser, JsonNode.class).readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    /** Applies deploy/deletion-guard.yaml. */
    void guardDeletion() {
        String group = "/apis/admissionregistration.k8s.io/v1/";
        for (JsonNode object : documents(DEPLOY.resolve("deletion-guard.yaml"))) {
            boolean isBinding = object.path("kind").asText().endsWith("Binding");
            String plural = isBinding ? "validatingadmissionpolicybindings" : "validatingadmissionpolicies";
            createOnce(api, group + plural, object);
        }
    }

    /** What was told by events about objects of a kind. */
    List<String> reasonsOfEvents(String kind) {
        List<String> reasons = new ArrayList<>();
        api.get("/api/v1/namespaces/" + namespace + "/events").path("items").forEach(event -> {
            if (event.at("/involvedObject/kind").asText().equals(kind)) {
                reasons.add(event.path("reason").asText());
            }
        });
        return reasons;
    }

    /** @param maxUnavailable a number of Pods, or a percentage as text */
    void rule(JsonNode maxUnavailable) {
        rule("web", maxUnavailable);
    }

    /** A rule for the Pods of the set of that name. */
    void rule(String name, JsonNode maxUnavailable) {
        ObjectNode rule = object("PodTransitionRule", name + "-availability");
        rule.withObject("/spec/selector/matchLabels").put("app", name);
        api.create(GROUP + "/namespaces/" + namespace + "/podtransitionrules", limited(rule, maxUnavailable));
    }

    /** Another limit of the rule of the set named web. */
    void limit(JsonNode maxUnavailable) {
        api.patch(rulePath(), PatchType.MERGE, limited(HostProcess.config(), maxUnavailable));
    }

    private static ObjectNode limited(ObjectNode rule, JsonNode maxUnavailable) {
        rule.withObject("/spec")
                .putArray("rules")
                .addObject()
                .put("name", "availability")
                .putObject("availablePolicy")
                .set("maxUnavailableValue", maxUnavailable);
        return rule;
    }

    void deleteRule() {
        api.delete(rulePath());
    }

    private String rulePath() {
        return GROUP + "/namespaces/" + namespace + "/podtransitionrules/web-availability";
    }

    void set(int replicas) {
        set("web", replicas);
    }

    void set(String name, int replicas) {
        api.create(GROUP + "/namespaces/" + namespace + "/collasets", setObject(name, replicas));
    }

    /** A set whose Pods are on one node, whoever else may not be scheduled there. */
    void setOn(String node, String name, int replicas) {
        ObjectNode set = setObject(name, replicas);
        set.withObject("/spec/template/spec").put("nodeName", node);
        api.create(GROUP + "/namespaces/" + namespace + "/collasets", set);
    }

    /** A set whose Pods are scheduled to the nodes with that label, also where others may not be. */
    void setIn(String pool, String name, int replicas) {
        ObjectNode set = setObject(name, replicas);
        ObjectNode spec = set.withObject("/spec/template/spec");
        spec.putObject("nodeSelector").put(POOL, pool);
        spec.putArray("tolerations")
                .addObject()
                .put("key", "node.kubernetes.io/unschedulable")
                .put("operator", "Exists");
        api.create(GROUP + "/namespaces/" + namespace + "/collasets", set);
    }

    /** @param pool or null for none */
    void pool(String node, @Nullable String pool) {
        ObjectNode patch = HostProcess.config();
        patch.withObject("/metadata/labels").put(POOL, pool);
        api.patch("/api/v1/nodes/" + node, PatchType.MERGE, patch);
    }

    private ObjectNode setObject(String name, int replicas) {
        ObjectNode set = object("CollaSet", name);
        set.withObject("/spec").put("replicas", replicas);
        set.withObject("/spec/selector/matchLabels").put("app", name);
        set.withObject("/spec").set("template", image(OLD).at("/spec/template"));
        set.withObject("/spec/template/metadata/labels").put("app", name);
        return set;
    }

    void update(String image) {
        update("web", image);
    }

    void update(String name, String image) {
        api.patch(setPath(name), PatchType.MERGE, image(image));
    }

    void scale(int replicas) {
        scale("web", replicas);
    }

    void scale(String name, int replicas) {
        ObjectNode patch = HostProcess.config();
        patch.withObject("/spec").put("replicas", replicas);
        api.patch(setPath(name), PatchType.MERGE, patch);
    }

    void delete() {
        api.delete(setPath());
    }

    boolean setIsGone() {
        return api.find(setPath()).isEmpty();
    }

    String setPath() {
        return setPath("web");
    }

    String setPath(String name) {
        return GROUP + "/namespaces/" + namespace + "/collasets/" + name;
    }

    /** Sees the Pods of one set only. */
    Witness witness(String name) {
        return new Witness(api, podsPath() + "?labelSelector=app%3D" + name);
    }

    String contextPath() {
        return GROUP + "/namespaces/" + namespace + "/resourcecontexts/web";
    }

    String eventsPath() {
        return "/api/v1/namespaces/" + namespace + "/events";
    }

    String podsPath() {
        return "/api/v1/namespaces/" + namespace + "/pods";
    }

    /** Waits until so many Pods run the image in service, with no operation left on any. */
    List<JsonNode> awaitServing(int replicas, String image) throws InterruptedException {
        return witness.await(
                replicas + " Pods serving " + image,
                LIMIT,
                pods -> pods.size() == replicas && pods.stream().allMatch(pod -> serves(pod, image)));
    }

    /** True if the Pod runs the image in service, with no operation left on it. */
    static boolean serves(JsonNode pod, String image) {
        return Witness.isAvailable(pod)
                && Witness.runs(pod, image)
                && Witness.operations(pod).isEmpty();
    }

    HostProcess host() {
        return host;
    }

    private static ObjectNode image(String image) {
        ObjectNode patch = HostProcess.config();
        patch.withObject("/spec/template/spec")
                .putArray("containers")
                .addObject()
                .put("name", "app")
                .put("image", image);
        return patch;
    }

    private ObjectNode object(String kind, String name) {
        ObjectNode object = HostProcess.config()
                .put("apiVersion", "apps.kusionstack.io/v1alpha1")
                .put("kind", kind);
        object.withObject("/metadata").put("name", name).put("namespace", namespace);
        return object;
    }

    @Override
    public void close() {
        witness.close();
        host.close();
        api.close();
    }
}
