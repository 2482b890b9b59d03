package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateShapeTest {
    @Test
    void takesATemplateAsItIs() {
        assertThat(TemplateShape.problems(Json.of("""
                metadata: {creationTimestamp: null, labels: {app: foo}, annotations: null, finalizers: [a/b]}
                spec: {containers: [{name: main}], initContainers: null, readinessGates: [{conditionType: a/b}]}
                """))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {}                      | spec.template.spec.containers: there are none; give at least one
                    {spec: null}            | spec.template.spec.containers: there are none; give at least one
                    {spec: {}}              | spec.template.spec.containers: there are none; give at least one
                    {spec: {containers: []}} | spec.template.spec.containers: there are none; give at least one
                    {spec: x}               | spec.template.spec: "x" is a text; it has to be a map
                    {spec: []}              | spec.template.spec: it is a list; it has to be a map
                    {spec: {containers: x}} | spec.template.spec.containers: "x" is a text; it has to be a list
                    {spec: {containers: {name: main}}} | spec.template.spec.containers: it is a map; it has to be a list
                    {spec: {containers: [main]}} | spec.template.spec.containers[0]: "main" is a text; it has to be a map
                    """)
    void tellsATypeThatNoTemplateHas(String template, String problem) {
        assertThat(TemplateShape.problems(Json.of(template))).containsExactly(problem);
    }

    @Test
    void tellsEveryWrongTypeAtOnceWithItsPath() {
        assertThat(TemplateShape.problems(Json.of("""
                metadata: {labels: 5, annotations: {a/b: 8080, c: 'on', d: true, e: {f: g}}, finalizers: a/b}
                spec: {containers: [], initContainers: {name: setup}, readinessGates: a/b}
                """)))
                .containsExactlyInAnyOrder(
                        "spec.template.metadata.labels: 5 is a number; it has to be a map",
                        "spec.template.metadata.annotations[a/b]: 8080 is a number; it has to be a text, so put it in"
                                + " quotes",
                        "spec.template.metadata.annotations[d]: true is a boolean; it has to be a text, so put it in"
                                + " quotes",
                        "spec.template.metadata.annotations[e]: it is a map; it has to be a text",
                        "spec.template.metadata.finalizers: \"a/b\" is a text; it has to be a list",
                        "spec.template.spec.initContainers: it is a map; it has to be a list",
                        "spec.template.spec.readinessGates: \"a/b\" is a text; it has to be a list",
                        "spec.template.spec.containers: there are none; give at least one");
        assertThat(TemplateShape.problems(Json.of("{metadata: [], spec: {containers: [{}]}}")))
                .containsExactly("spec.template.metadata: it is a list; it has to be a map");
    }

    @Test
    void showsTheBeginningOfALongText() {
        assertThat(TemplateShape.problems(Json.of("spec: " + "x".repeat(1000))))
                .containsExactly("spec.template.spec: \"" + "x".repeat(40) + "...\" is a text; it has to be a map");
    }
}
