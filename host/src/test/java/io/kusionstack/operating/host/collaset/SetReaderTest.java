package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.Names;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SetReaderTest {
    @Test
    void fillsInWhatIsLeftOut() {
        SetSpec set = Snapshots.set().build();

        assertThat(set.problems()).isEmpty();
        assertThat(set.policy()).isEqualTo(UpgradePolicy.IN_PLACE_IF_POSSIBLE);
        assertThat(set.rollout()).isEqualTo(new Rollout.Partition(0, false));
        assertThat(set.historyLimit()).isEqualTo(20);
        assertThat(set.context()).isEqualTo("web");
        assertThat(set.updateDelay()).isEqualTo(Duration.ZERO);
    }

    @Test
    void readsWhatIsGiven() {
        SetSpec set = Snapshots.set().with("""
                replicas: 7
                historyLimit: 3
                updateStrategy: {podUpgradePolicy: InPlaceOnly, operationDelaySeconds: 5,
                                 rollingUpdate: {byLabel: {}, byPartition: {partition: 2}}}
                scaleStrategy: {context: pool, operationDelaySeconds: 9, podToDelete: [web-a]}
                """).build();

        assertThat(set.problems()).isEmpty();
        assertThat(set.replicas()).isEqualTo(7);
        assertThat(set.historyLimit()).isEqualTo(3);
        assertThat(set.policy()).isEqualTo(UpgradePolicy.IN_PLACE_ONLY);
        assertThat(set.rollout()).isEqualTo(new Rollout.Labelled());
        assertThat(set.updateDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(set.scaleInDelay()).isEqualTo(Duration.ofSeconds(9));
        assertThat(set.context()).isEqualTo("pool");
        assertThat(set.podsToDelete()).isEqualTo(Set.of("web-a"));
    }

    @Test
    void pausesWhateverTheStrategySays() {
        SetSpec set = Snapshots.set()
                .with("{paused: true, updateStrategy: {rollingUpdate: {byPartition: {partition: 2}}}}")
                .build();

        assertThat(set.rollout()).isEqualTo(new Rollout.Paused());
    }

    @Test
    void saysWhatIsMoreThanCanBeLookedAfterBeforeItMakesAnythingOfIt() {
        assertThat(Snapshots.set().with("replicas: 2147483647").build().problems())
                .containsExactly("spec.replicas: 2147483647 is more than 10000, the most one set may have; give several"
                        + " sets the rest");
        assertThat(Sets.set(with("deep", deep(1_100))).build().problems())
                .containsExactly("spec.template: it is nested more than 100 levels deep, as no Pod is; correct it");
        assertThat(Sets.set(with("k".repeat(60_000), Json.of("1"))).build().problems())
                .containsExactly("spec.template: the key " + "k".repeat(40)
                        + "... has 60000 characters, and 1000 are allowed; correct it");
    }

    @Test
    void saysBeforehandThatPodsWouldHaveNamesThatAreTooLong() {
        String longest = "w".repeat(247);
        assertThat(SetLimits.problems(longest, 1, Sets.template("app:v1"))).isEmpty();
        assertThat(SetLimits.problems(longest + "w", 1, Sets.template("app:v1")))
                .containsExactly(
                        "metadata.name: it has 248 characters, and a Pod's name has 6 more and 253 at most; give"
                                + " the set a name of at most 247");
    }

    @Test
    void saysOfAContextWithAnImpossibleNameThatOnlyAnotherSetHelps() {
        String allowed =
                " cannot be the name of a ResourceContext: allowed are at most 253 lower-case letters, digits, -"
                        + " and ., with a letter or digit at the beginning, at the end and beside each . (RFC 1123 subdomain);"
                        + " it cannot be changed, so delete the set and create it anew with such a name, or without the field";
        for (String wrong : List.of("Web_X", "a/b", " ", "..", "a..b", "-a", "a.-b")) {
            assertThat(inContext(wrong)).containsExactly("spec.scaleStrategy.context: \"" + wrong + "\"" + allowed);
        }
        assertThat(inContext("a".repeat(254)))
                .containsExactly(
                        "spec.scaleStrategy.context: \"" + "a".repeat(40) + "...\", with 254 characters," + allowed);
        for (String right : List.of("", "pool", "9-a.b-1", "a".repeat(253))) {
            assertThat(inContext(right)).isEmpty();
        }
    }

    private static List<String> inContext(String name) {
        return Snapshots.set()
                .with("scaleStrategy: {context: '" + name + "'}")
                .build()
                .problems();
    }

    @Test
    void takesAnyFieldTrackingThatIsAskedForAsKeptAndTellsAnotherWord() {
        assertThat(tracked("Kept")).isEmpty();
        assertThat(tracked("cleared"))
                .containsExactly(
                        "metadata.annotations[collaset.operating.kusionstack.io/field-tracking]: \"cleared\" is taken"
                                + " for Kept; write that, or remove the annotation");
    }

    private static List<String> tracked(String word) {
        CollaSet set = Sets.set(Sets.template("app:v1")).object();
        set.getMetadata().setAnnotations(Map.of(Names.FIELD_TRACKING, word));
        assertThat(SetReader.read(set).ignored()).isEmpty();
        return SetReader.read(set).assumed();
    }

    private static ObjectNode with(String field, JsonNode value) {
        ObjectNode template = Sets.template("app:v1").deepCopy();
        template.withObjectProperty("spec").set(field, value);
        return template;
    }

    private static JsonNode deep(int levels) {
        JsonNode tree = Json.of("1");
        for (int i = 0; i < levels; i++) {
            tree = JsonNodeFactory.instance.objectNode().set("a", tree);
        }
        return tree;
    }

    @Test
    void tellsAllProblemsAtOnceWithPathValueAndRemedy() {
        SetSpec set = Sets.set(Json.of("{metadata: {labels: {app: bar}}, spec: {containers: []}}"))
                .with("""
                replicas: -1
                historyLimit: -2
                updateStrategy: {podUpgradePolicy: Sometimes, operationDelaySeconds: -3,
                                 rollingUpdate: {byPartition: {partition: -4}}}
                scaleStrategy: {operationDelaySeconds: -5}
                namingStrategy: {podNamingSuffixPolicy: PersistentSequence}
                volumeClaimTemplates: [{metadata: {name: data}}]
                """)
                .build();

        assertThat(set.problems())
                .containsExactlyInAnyOrder(
                        "spec.template.spec.containers: there are none; give at least one",
                        "spec.selector: app=foo does not match the labels {app=bar} of spec.template;"
                                + " give the template every label that the selector asks for",
                        "spec.replicas: -1 is less than 0; give 0 or more",
                        "spec.historyLimit: -2 is less than 0; give 0 or more",
                        "spec.updateStrategy.podUpgradePolicy: \"Sometimes\" is not offered; use one of"
                                + " Recreate, InPlaceIfPossible, InPlaceOnly",
                        "spec.updateStrategy.operationDelaySeconds: -3 is less than 0; give 0 or more",
                        "spec.updateStrategy.rollingUpdate.byPartition.partition: -4 is less than 0; give 0 or more",
                        "spec.scaleStrategy.operationDelaySeconds: -5 is less than 0; give 0 or more",
                        "spec.namingStrategy.podNamingSuffixPolicy: \"PersistentSequence\" is not offered; use Random",
                        "spec.volumeClaimTemplates: this version makes no volume claims; leave the field out");
    }

    @Test
    void neverTakesAMissingSelectorForEverything() {
        SetSpec set = Snapshots.set().with("selector: {matchLabels: null}").build();

        assertThat(set.selector()).isEmpty();
        assertThat(set.problems())
                .containsExactly("spec.selector: it is missing or empty; give it labels that spec.template carries");
    }
}
