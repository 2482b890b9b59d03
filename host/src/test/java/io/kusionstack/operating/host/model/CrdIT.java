package io.kusionstack.operating.host.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.kusionstack.operating.host.world.Crds;
import io.kusionstack.operating.testbed.api.ApiException;
import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.api.PatchType;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;
import io.kusionstack.operating.testbed.junit.TestCluster;
import io.kusionstack.operating.testbed.junit.TestNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(TestCluster.class)
class CrdIT {
    private final YAMLMapper yaml = new YAMLMapper();
    private KubeApi api;
    private TestNamespace namespace;

    @BeforeEach
    void install(Connection admin, TestNamespace lent) {
        api = new KubeApi(admin, "crd-it/1");
        namespace = lent;
        Crds.install(api);
    }

    @AfterEach
    void close() {
        api.close();
    }

    @ParameterizedTest
    @CsvSource({"collaset, true", "podtransitionrule, true", "resourcecontext, false"})
    void theServerKeepsAnObjectWholeWithTheFieldsOfTheFuture(String sample, boolean hasStatus) throws IOException {
        JsonNode object = sample(sample);

        String path = path(sample + "s", object.at("/metadata/name").asText());
        api.create(namespace.path("/apis/" + Names.API_VERSION, sample + "s") + "?fieldValidation=Strict", object);
        if (hasStatus) {
            ObjectNode status = yaml.createObjectNode();
            status.set("status", object.get("status"));
            api.patch(path + "/status?fieldValidation=Strict", PatchType.MERGE, status);
        }

        JsonNode stored = api.get(path);
        assertThat(stored.get("spec")).isEqualTo(object.get("spec"));
        assertThat(stored.get("status")).isEqualTo(object.get("status"));
    }

    @Test
    void theScaleSubresourceReadsAndWritesReplicas() throws IOException {
        JsonNode object = sample("collaset");
        api.create(namespace.path("/apis/" + Names.API_VERSION, "collasets"), object);
        String path = path("collasets", "web");
        api.patch(
                path + "/status",
                PatchType.MERGE,
                yaml.readTree("status: {replicas: 3, selector: 'app=web,tier in (front,back)'}"));

        JsonNode scale = api.get(path + "/scale");
        api.patch(path + "/scale", PatchType.MERGE, yaml.readTree("spec: {replicas: 5}"));

        assertThat(scale.get("spec")).isEqualTo(yaml.readTree("replicas: 3"));
        assertThat(scale.get("status"))
                .isEqualTo(yaml.readTree("{replicas: 3, selector: 'app=web,tier in (front,back)'}"));
        assertThat(api.get(path).at("/spec/replicas").asInt()).isEqualTo(5);
    }

    @Test
    void aTableShowsTheColumnsInOrder(ControlPlane cluster) throws Exception {
        api.create(namespace.path("/apis/" + Names.API_VERSION, "collasets"), sample("collaset"));
        api.patch(path("collasets", "web") + "/status", PatchType.MERGE, sample("collaset"));

        JsonNode table = table(cluster, path("collasets", "web"));

        List<String> names = new ArrayList<>();
        table.get("columnDefinitions")
                .forEach(column -> names.add(column.get("name").asText()));
        assertThat(names)
                .containsExactly(
                        "Name",
                        "DESIRED",
                        "CURRENT",
                        "AVAILABLE",
                        "UPDATED",
                        "UPDATED_READY",
                        "UPDATED_AVAILABLE",
                        "CURRENT_REVISION",
                        "UPDATED_REVISION",
                        "AGE");
        List<String> cells = new ArrayList<>();
        table.at("/rows/0/cells").forEach(cell -> cells.add(cell.asText()));
        assertThat(cells.subList(0, 9))
                .containsExactly("web", "3", "3", "2", "1", "1", "1", "web-6d4cf56db6", "web-79f9bb94c6");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas: -1                                       | spec.replicas in body should be greater than or equal to 0",
                "updateStrategy: {podUpgradePolicy: Magic}          | podUpgradePolicy has to be one of",
                "updateStrategy: {operationDelaySeconds: -1}        | spec.updateStrategy.operationDelaySeconds in body should be greater",
                "updateStrategy: {rollingUpdate: {byPartition: {partition: -1}}} | partition in body should be greater",
                "scaleStrategy: {operationDelaySeconds: -1}         | spec.scaleStrategy.operationDelaySeconds in body should be greater",
                "scaleStrategy: {context: other}                    | scaleStrategy.context is not allowed to be changed",
                "scaleStrategy: {context: null}                     | scaleStrategy.context is not allowed to be changed",
                "namingStrategy: {podNamingSuffixPolicy: Magic}     | podNamingSuffixPolicy has to be one of",
                "namingStrategy: {podNamingSuffixPolicy: PersistentSequence} | podToExclude and podToInclude are not allowed",
                "selector: null                                     | selector is required",
                "selector: {matchLabels: {app: other}}              | selector does not match template.metadata.labels",
                "selector: {matchExpressions: null}                 | selector is not allowed to be changed: create another set",
                "template: {metadata: {labels: null}}               | template.metadata.labels is required"
            })
    void aCollaSetIsRefusedWithoutAnyWebhook(String change, String message) throws IOException {
        api.create(namespace.path("/apis/" + Names.API_VERSION, "collasets"), sample("collaset"));
        ObjectNode patch = yaml.createObjectNode();
        patch.set("spec", yaml.readTree(change));

        assertThatThrownBy(() -> api.patch(path("collasets", "web"), PatchType.MERGE, patch))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining(": 422 ")
                .hasMessageContaining(message);
    }

    @Test
    void aNewSetCannotNameAContextThatCannotBe() throws IOException {
        for (String context : List.of("Web_X", "a/b", " ", "..", "a".repeat(254))) {
            ObjectNode set = (ObjectNode) sample("collaset");
            set.withObjectProperty("spec").withObjectProperty("scaleStrategy").put("context", context);

            assertThatThrownBy(() -> api.create(namespace.path("/apis/" + Names.API_VERSION, "collasets"), set))
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining(": 422 ")
                    .hasMessageContaining("spec.scaleStrategy.context");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{rules: []}                                              | selector is required",
                "{selector: {}, rules: [{stage: PreCheck}]}               | spec.rules[0].name: Required value",
                "{selector: {}, rules: [{name: ''}]}                      | spec.rules[0].name in body should be at least 1 chars",
                "{selector: {}, rules: [{name: a, availablePolicy: {}}]}  | must have at least one configured",
                "{selector: {}, rules: [{name: a, labelCheck: {}}]}       | spec.rules[0].labelCheck.requires: Required value",
                "{selector: {}, rules: [{name: a, webhook: {clientConfig: {}}}]} | spec.rules[0].webhook.clientConfig.url: Required value",
                "{selector: {}, rules: [{name: a, plugin: {config: {}}}]} | spec.rules[0].plugin.name: Required value",
                "{selector: {}, rules: [{name: a, plugin: {name: Up}}]}   | spec.rules[0].plugin.name in body should match",
                "{selector: {}, rules: [{name: a, plugin: {name: a, config: 7}}]} | spec.rules[0].plugin.config",
                "{selector: {}, rules: [{name: a, plugin: {name: a}, labelCheck: {requires: {}}}]} | plugin stands alone"
            })
    void aRuleIsRefusedWithoutAnyWebhook(String spec, String message) throws IOException {
        ObjectNode rule = (ObjectNode) sample("podtransitionrule");
        rule.set("spec", yaml.readTree(spec));

        assertThatThrownBy(() -> api.create(namespace.path("/apis/" + Names.API_VERSION, "podtransitionrules"), rule))
                .isInstanceOf(ApiException.class)
                .hasMessageContaining(": 422 ")
                .hasMessageContaining(message);
    }

    @Test
    void aSetThatNamedAnImpossibleContextBeforeCanStillBeChangedAndDeleted() throws IOException {
        String definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/collasets." + Names.GROUP;
        JsonNode strict = api.get(definition).get("spec");
        ObjectNode lax = strict.deepCopy();
        ((ObjectNode)
                        lax.at(
                                "/versions/0/schema/openAPIV3Schema/properties/spec/properties/scaleStrategy/properties/context"))
                .remove(List.of("pattern", "maxLength"));
        ObjectNode set = (ObjectNode) sample("collaset");
        set.withObjectProperty("spec").withObjectProperty("scaleStrategy").put("context", "Web_X");
        define(definition, lax);
        Awaitility.await()
                .ignoreException(ApiException.class)
                .until(() -> !api.create(namespace.path("/apis/" + Names.API_VERSION, "collasets"), set)
                        .isEmpty());
        define(definition, strict);
        Awaitility.await().until(() -> isRefused("elsewhere"));

        JsonNode changed = api.patch(
                path("collasets", "web"),
                PatchType.MERGE,
                yaml.readTree("{spec: {replicas: 9}, metadata: {finalizers: [a/b]}}"));

        assertThat(changed.at("/spec/scaleStrategy/context").asText()).isEqualTo("Web_X");
        assertThat(changed.at("/spec/replicas").asInt()).isEqualTo(9);
        api.patch(path("collasets", "web"), PatchType.MERGE, yaml.readTree("metadata: {finalizers: null}"));
    }

    private void define(String definition, JsonNode spec) {
        ObjectNode patch = yaml.createObjectNode();
        patch.set("spec", spec);
        api.patch(definition, PatchType.MERGE, patch);
    }

    private boolean isRefused(String name) throws IOException {
        ObjectNode set = (ObjectNode) sample("collaset");
        set.withObjectProperty("metadata").put("name", name);
        set.withObjectProperty("spec").withObjectProperty("scaleStrategy").put("context", "Web_X");
        try {
            api.create(namespace.path("/apis/" + Names.API_VERSION, "collasets") + "?dryRun=All", set);
            return false;
        } catch (ApiException e) {
            return true;
        }
    }

    @Test
    void whatKuperatorTookIsTakenToo() throws IOException {
        String set = """
                apiVersion: apps.kusionstack.io/v1alpha1
                kind: CollaSet
                metadata: {name: bare}
                spec:
                  selector: {matchLabels: {app: bare}}
                  template: {metadata: {labels: {app: bare}}, spec: {containers: [{name: c, image: i}]}}
                  updateStrategy: {podUpgradePolicy: ''}
                  namingStrategy: {podNamingSuffixPolicy: ''}
                  scaleStrategy: {persistentVolumeClaimRetentionPolicy: {whenScaled: Whatever}}
                """;
        String rule = """
                apiVersion: apps.kusionstack.io/v1alpha1
                kind: PodTransitionRule
                metadata: {name: odd}
                spec:
                  selector: {}
                  rules:
                  - name: none
                  - name: none
                    stage: Sometime
                    availablePolicy: {maxUnavailableValue: many}
                    labelCheck: {requires: {}}
                """;

        api.create(namespace.path("/apis/" + Names.API_VERSION, "collasets"), yaml.readTree(set));
        api.create(namespace.path("/apis/" + Names.API_VERSION, "podtransitionrules"), yaml.readTree(rule));

        assertThat(api.get(path("collasets", "bare")).get("spec"))
                .isEqualTo(yaml.readTree(set).get("spec"));
        assertThat(api.get(path("podtransitionrules", "odd")).get("spec"))
                .isEqualTo(yaml.readTree(rule).get("spec"));
    }

    private JsonNode table(ControlPlane cluster, String path) throws Exception {
        Config config = Config.fromKubeconfig(cluster.kubeconfig("admin").toFile());
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            HttpClient http = client.getHttpClient();
            HttpResponse<String> answer = http.sendAsync(
                            http.newHttpRequestBuilder()
                                    .uri(URI.create(cluster.server() + path))
                                    .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
                                    .build(),
                            String.class)
                    .get(20, TimeUnit.SECONDS);
            return yaml.readTree(answer.body());
        }
    }

    private String path(String plural, String name) {
        return namespace.path("/apis/" + Names.API_VERSION, plural) + "/" + name;
    }

    private JsonNode sample(String name) throws IOException {
        try (InputStream sample = CrdIT.class.getResourceAsStream("/model/" + name + ".yaml")) {
            ObjectNode object = (ObjectNode) yaml.readTree(sample);
            object.withObject("metadata").remove("namespace");
            return object;
        }
    }
}
