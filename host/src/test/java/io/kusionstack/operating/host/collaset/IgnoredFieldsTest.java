package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.host.model.Condition;
import io.kusionstack.operating.host.model.Conditions;
import java.util.List;
import org.junit.jupiter.api.Test;

class IgnoredFieldsTest {
    @Test
    void namesTheFieldsThatHaveNoEffect() {
        SetSpec set = Snapshots.set()
                .with("scaleStrategy: {podToExclude: [web-a], podToInclude: [other]}")
                .build();

        assertThat(set.problems()).isEmpty();
        assertThat(set.ignored())
                .containsExactly(
                        "spec.scaleStrategy.podToExclude has no effect: this version gives no Pods away; lower"
                                + " spec.replicas and use podToDelete to choose which Pods go",
                        "spec.scaleStrategy.podToInclude has no effect: this version takes no Pods over; raise"
                                + " spec.replicas to get new ones");
    }

    @Test
    void namesWhatOfATemplateTheOperatorWritesItself() {
        SetSpec set = Sets.set(Json.of("""
                        metadata:
                          labels: {app: foo, kusionstack.io/control: 'true', controller-revision-hash: mine,
                                   operating.podopslifecycle.kusionstack.io/a: now,
                                   podopslifecycle.kusionstack.io/stay-offline: ''}
                          annotations: {collaset.kusionstack.io/last-pod-status: '{}',
                                        pod.kusionstack.io/available-conditions: '{}'}
                          finalizers: [prot.podopslifecycle.kusionstack.io/a, example.com/kept]
                          ownerReferences: [{name: a}]
                        spec: {containers: [{name: main, image: 'app:v1'}]}
                        """)).build();

        assertThat(set.problems()).isEmpty();
        assertThat(set.ignored())
                .extracting(
                        words -> words.replace("spec.template.metadata.", "").replaceAll(" has no effect.*", ""))
                .containsExactly(
                        "labels[controller-revision-hash]",
                        "labels[operating.podopslifecycle.kusionstack.io/a]",
                        "annotations[collaset.kusionstack.io/last-pod-status]",
                        "finalizers[prot.podopslifecycle.kusionstack.io/a]",
                        "ownerReferences");
    }

    @Test
    void tellsAMisspeltFieldOfATemplateWithTheKnownOnes() {
        assertThat(
                        of(
                                "{metadata: {lables: {app: foo}, annotation: {a: b}}, specc: {containers: []}, status: {phase: x}}"))
                .containsExactly(
                        "spec.template.specc has no effect: a template has metadata and spec; correct the name, or leave"
                                + " it out",
                        "spec.template.status has no effect: a template has metadata and spec; correct the name, or"
                                + " leave it out",
                        "spec.template.metadata.lables has no effect: Pods get labels, annotations and finalizers from"
                                + " the metadata of a template; correct the name, or leave it out",
                        "spec.template.metadata.annotation has no effect: Pods get labels, annotations and finalizers"
                                + " from the metadata of a template; correct the name, or leave it out");
    }

    @Test
    void tellsWhatAPersonAsksForInVain() {
        assertThat(of("metadata: {generateName: x-, namespace: other, deletionTimestamp: '2026-01-01T00:00:00Z'}"))
                .containsExactly(
                        "spec.template.metadata.generateName has no effect: the names of Pods begin with the name of the"
                                + " set; leave it out",
                        "spec.template.metadata.namespace has no effect: Pods are created in the namespace of the set,"
                                + " shop; leave it out",
                        "spec.template.metadata.deletionTimestamp has no effect: Pods are created to stay; leave it"
                                + " out");
    }

    @Test
    void saysNothingOfWhatGeneratedAndCopiedObjectsHave() {
        assertThat(of("""
                        metadata: {creationTimestamp: null, name: web, namespace: shop, uid: a, resourceVersion: '5',
                                   generateName: '', lables: {}}
                        status: {}
                        """)).isEmpty();
    }

    @Test
    void makesNoNewRevisionOfAFieldWithoutEffect() {
        JsonNode misspelt = template("{metadata: {lables: {a: b}, namespace: other}, specc: {hostNetwork: true}}");

        assertThat(RevisionData.meaning(misspelt, List.of()))
                .isEqualTo(RevisionData.meaning(Sets.template("app:v1"), List.of()));
        assertThat(Template.between(Sets.template("app:v1"), misspelt)).isInstanceOf(TemplateChange.InPlace.class);
    }

    @Test
    void tellsThatALabelWinsOverAPartition() {
        assertThat(Snapshots.set()
                        .with("updateStrategy: {rollingUpdate: {byLabel: {}, byPartition: {partition: 0}}}")
                        .build()
                        .ignored())
                .containsExactly(
                        "spec.updateStrategy.rollingUpdate.byPartition has no effect: byLabel is given, too, and"
                                + " wins; leave one of the two out");
        assertThat(Snapshots.set()
                        .with("updateStrategy: {rollingUpdate: {byPartition: {partition: 0}}}")
                        .build()
                        .ignored())
                .isEmpty();
    }

    @Test
    void tellsANameToDeleteThatNoPodOfTheSetCanHaveHad() {
        CollaSetSnapshot snapshot = Snapshots.of(
                        Snapshots.set().with("scaleStrategy: {podToDelete: [web-0, web-gone2, web-bcdfg, api-bcdfg]}"))
                .pods(Snapshots.pod(0))
                .build();
        Conditions conditions = Conditions.changing(List.of(), Snapshots.NOW, SetStatus.LONGEST_MESSAGE);

        IgnoredFields.tell(snapshot, SetPods.of(snapshot), conditions);

        assertThat(conditions.all())
                .extracting(Condition::message)
                .containsExactly(
                        "spec.scaleStrategy.podToDelete: \"api-bcdfg\" has no effect: no Pod of the set has that"
                                + " name, and new ones are named web-xxxxx; correct it, or leave it out;"
                                + " spec.scaleStrategy.podToDelete: \"web-gone2\" has no effect: no Pod of the set has that name,"
                                + " and new ones are named web-xxxxx; correct it, or leave it out");
    }

    private static JsonNode template(String more) {
        ObjectNode template = Sets.template("app:v1").deepCopy();
        Sets.merge(template, Json.of(more));
        return template;
    }

    private static List<String> of(String more) {
        return Sets.set(template(more)).build().ignored();
    }
}
