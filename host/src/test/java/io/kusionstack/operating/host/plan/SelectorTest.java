package io.kusionstack.operating.host.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Selector.Expression;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SelectorTest {
    private static final Map<String, String> NONE = Map.of();

    @Test
    void emptySelectsEverything() {
        assertThat(parse(NONE).matches(NONE)).isTrue();
        assertThat(parse(NONE).matches(Map.of("a", "b"))).isTrue();
        assertThat(Selector.ofText("")).contains(parse(NONE));
    }

    @Test
    void everyLabelHasToMatch() {
        Selector both = parse(Map.of("app", "web", "tier", "front"));

        assertThat(both.matches(Map.of("app", "web", "tier", "front", "x", "y")))
                .isTrue();
        assertThat(both.matches(Map.of("app", "web"))).isFalse();
        assertThat(both.matches(Map.of("app", "web", "tier", "back"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "In,           a b, a, true",
        "In,           a b, c, false",
        "In,           a b, -, false",
        "NotIn,        a b, a, false",
        "NotIn,        a b, c, true",
        "NotIn,        a b, -, true",
        "Exists,       -,   a, true",
        "Exists,       -,   -, false",
        "DoesNotExist, -,   a, false",
        "DoesNotExist, -,   -, true",
    })
    void comparesLikeKubernetes(String operator, String values, String label, boolean selected) {
        Selector selector = parse(
                NONE, new Expression("key", operator, values.equals("-") ? List.of() : List.of(values.split(" "))));

        assertThat(selector.matches(label.equals("-") ? NONE : Map.of("key", label)))
                .isEqualTo(selected);
    }

    @Test
    void equalWhenItDemandsTheSameInAnotherForm() {
        Selector labels = parse(Map.of("app", "web"));
        Selector expression = parse(NONE, new Expression("app", "In", List.of("web", "web")));

        assertThat(expression).isEqualTo(labels).hasSameHashCodeAs(labels);
        assertThat(parse(NONE, new Expression("a", "Exists", List.of()), new Expression("b", "In", List.of("y", "x"))))
                .isEqualTo(parse(
                        NONE, new Expression("b", "In", List.of("x", "y")), new Expression("a", "Exists", List.of())));
        assertThat(labels).isNotEqualTo(parse(NONE));
    }

    @Test
    void twoDemandsOnOneKeyBothHold() {
        Selector selector = parse(Map.of("app", "web"), new Expression("app", "NotIn", List.of("web")));

        assertThat(selector.matches(Map.of("app", "web"))).isFalse();
    }

    @Test
    void tellsAllProblemsAtOnceAndThenSelectsNothing() {
        Selector.Parsed parsed = Selector.parse(
                "spec.selector",
                Map.of("app", "no spaces"),
                List.of(
                        new Expression("a/b/c", "Equals", List.of()),
                        new Expression("b", "In", List.of()),
                        new Expression("c", "Exists", List.of("x"))));

        assertThat(parsed.selector()).isEmpty();
        assertThat(parsed.problems())
                .containsExactly(
                        "spec.selector.matchLabels[app]: \"no spaces\" is not a label value"
                                + " (wanted: at most 63 letters, digits, -, _ or .)",
                        "spec.selector.matchExpressions[0].key: \"a/b/c\" is not a label key"
                                + " (wanted: [prefix/]name, the name of at most 63 letters, digits, -, _ or .)",
                        "spec.selector.matchExpressions[0].operator: \"Equals\" is none of In, NotIn, Exists, DoesNotExist",
                        "spec.selector.matchExpressions[1].values: In needs at least one value",
                        "spec.selector.matchExpressions[2].values: Exists takes no values");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/name", "Prefix/name", "a/", "-a", "a.", "x/y/z", "päper"})
    void refusesWhatIsNoLabelKey(String key) {
        assertThat(Selector.parse("s", Map.of(key, ""), List.of()).problems()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A_b.c-9", "kusionstack.io/control", "a.b-c.d/E"})
    void takesWhatIsALabelKey(String key) {
        assertThat(Selector.parse("s", Map.of(key, ""), List.of()).problems()).isEmpty();
    }

    @Test
    void readsAsKubectlWritesIt() {
        assertThat(parse(
                        Map.of("app", "web"),
                        new Expression("tier", "In", List.of("b", "a")),
                        new Expression("canary", "DoesNotExist", List.of()),
                        new Expression("zone", "NotIn", List.of("z")),
                        new Expression("x", "Exists", List.of())))
                .hasToString("app=web,!canary,tier in (a,b),x,zone notin (z)");
    }

    @Test
    void itsTextIsReadAsTheSameSelector() {
        List<Selector> selectors = List.of(
                parse(NONE),
                parse(Map.of("app", "web", "x.y/tier", "")),
                parse(
                        Map.of("app", "web"),
                        new Expression("tier", "In", List.of("b", "a", "")),
                        new Expression("canary", "DoesNotExist", List.of()),
                        new Expression("zone", "NotIn", List.of("z")),
                        new Expression("notin", "NotIn", List.of("in", "y")),
                        new Expression("a.b/x", "Exists", List.of())));

        assertThat(selectors)
                .allSatisfy(selector ->
                        assertThat(Selector.ofText(selector.toString())).hasValue(selector));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a=b=c", "=b", "a in ()b", "a near (b)", ",", "a,", "a notin"})
    void aTextThatIsNoSelectorIsNone(String text) {
        assertThat(Selector.ofText(text)).isEmpty();
    }

    private static Selector parse(Map<String, String> labels, Expression... expressions) {
        return Selector.parse("spec.selector", labels, List.of(expressions))
                .selector()
                .orElseThrow();
    }
}
