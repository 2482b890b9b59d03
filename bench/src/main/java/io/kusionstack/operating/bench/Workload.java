package io.kusionstack.operating.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The objects that are updated: one set, a rule over it, and a Service in front of it. */
final class Workload {
    private static final String SLB = "slb.traffic.operating.kusionstack.io/";

    private final JsonMapper json = JsonMapper.builder().build();
    private final String namespace;

    Workload(String namespace) {
        this.namespace = namespace;
    }

    static String image(int version) {
        return "registry.example/web:v" + version;
    }

    static String sets(String namespace) {
        return "/apis/apps.kusionstack.io/v1alpha1/namespaces/" + namespace + "/collasets";
    }

    static String rules(String namespace) {
        return "/apis/apps.kusionstack.io/v1alpha1/namespaces/" + namespace + "/podtransitionrules";
    }

    static String services(String namespace) {
        return "/api/v1/namespaces/" + namespace + "/services";
    }

    ObjectNode set(int pods) {
        return set("web", pods);
    }

    ObjectNode set(String name, int pods) {
        ObjectNode set = object("apps.kusionstack.io/v1alpha1", "CollaSet", name);
        set.withObject("/spec").put("replicas", pods);
        set.withObject("/spec/selector/matchLabels").put("app", name);
        set.withObject("/spec/updateStrategy").put("podUpgradePolicy", "InPlaceIfPossible");
        set.withObject("/spec").set("template", patch(image(1)).at("/spec/template"));
        set.withObject("/spec/template/metadata/labels").put("app", name);
        set.withObject("/spec/template/metadata/annotations").put(SLB + "eni-id", "eni-bench");
        return set;
    }

    /** A patch of the set. */
    ObjectNode patch(String image) {
        ObjectNode patch = json.createObjectNode();
        patch.withObject("/spec/template/spec")
                .putArray("containers")
                .addObject()
                .put("name", "app")
                .put("image", image);
        return patch;
    }

    /** A patch of the set. */
    ObjectNode replicas(int pods) {
        ObjectNode patch = json.createObjectNode();
        patch.withObject("/spec").put("replicas", pods);
        return patch;
    }

    /** @param maxUnavailable for example {@code 100%}, which does not limit */
    ObjectNode rule(String maxUnavailable) {
        ObjectNode rule = object("apps.kusionstack.io/v1alpha1", "PodTransitionRule", "availability");
        rule.withObject("/spec/selector/matchLabels").put("app", "web");
        rule.withObject("/spec")
                .putArray("rules")
                .addObject()
                .put("name", "availability")
                .putObject("availablePolicy")
                .put("maxUnavailableValue", maxUnavailable);
        return rule;
    }

    /** One load balancer for all Pods, and nobody waits for a drain. */
    ObjectNode service() {
        ObjectNode service = object("v1", "Service", "web");
        service.withObject("/metadata/labels")
                .put("kusionstack.io/control", "true")
                .put("service.k8s.alibaba/loadbalancer-id", "lb-bench");
        service.withObject("/metadata/annotations")
                .put("traffic.operating.kusionstack.io/plugin", "slb")
                .put(SLB + "mode", "direct")
                .put(SLB + "vserver-groups", "rsp-bench:80")
                .put(SLB + "drain-seconds", "0");
        service.withObject("/spec").put("type", "LoadBalancer");
        service.withObject("/spec/selector").put("app", "web");
        service.withObject("/spec")
                .putArray("ports")
                .addObject()
                .put("port", 80)
                .put("targetPort", 8080);
        return service;
    }

    private ObjectNode object(String apiVersion, String kind, String name) {
        ObjectNode object =
                json.createObjectNode().put("apiVersion", apiVersion).put("kind", kind);
        object.putObject("metadata").put("name", name).put("namespace", namespace);
        return object;
    }
}
