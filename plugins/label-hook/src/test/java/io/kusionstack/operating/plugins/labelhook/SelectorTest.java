package io.kusionstack.operating.plugins.labelhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugins.labelhook.LabelCheck.Expression;
import io.kusionstack.operating.plugins.labelhook.LabelCheck.LabelSelector;
import io.kusionstack.operating.plugins.labelhook.LabelCheck.Operator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "In,           a;b, a, true",
                "In,           a;b, c, false",
                "In,           a;b, -, false",
                "NotIn,        a;b, a, false",
                "NotIn,        a;b, c, true",
                "NotIn,        a;b, -, true",
                "Exists,       '',  a, true",
                "Exists,       '',  -, false",
                "DoesNotExist, '',  a, false",
                "DoesNotExist, '',  -, true"
            })
    void matchesAsKubernetesDoes(Operator operator, String values, String label, boolean matches)
            throws InvalidConfigException {
        List<String> wanted = values.isEmpty() ? List.of() : List.of(values.split(";"));
        Selector selector =
                Selector.of("requires", new LabelSelector(Map.of(), List.of(new Expression("k", operator, wanted))));

        assertThat(selector.matches(label == null ? Map.of() : Map.of("k", label)))
                .isEqualTo(matches);
    }

    @Test
    void allOfItHasToHold() throws InvalidConfigException {
        Selector selector = Selector.of(
                "requires",
                new LabelSelector(
                        Map.of("app", "web", "example.org/team", "a"),
                        List.of(
                                new Expression("tier", Operator.In, List.of("front", "back")),
                                new Expression("canary", Operator.DoesNotExist, List.of()))));

        assertThat(selector.matches(Map.of("app", "web", "example.org/team", "a", "tier", "back")))
                .isTrue();
        assertThat(selector.matches(Map.of("app", "web", "tier", "back"))).isFalse();
        assertThat(selector).hasToString("!canary,app=web,example.org/team=a,tier in (back,front)");
    }

    @Test
    void theEmptyOneIsMetByEveryPod() throws InvalidConfigException {
        Selector selector = Selector.of("requires", new LabelSelector(Map.of(), List.of()));

        assertThat(selector.matches(Map.of())).isTrue();
    }

    @Test
    void tellsAllThatIsWrong() {
        LabelSelector wrong = new LabelSelector(
                Map.of("a b", "fine"),
                List.of(
                        new Expression("k", Operator.In, List.of()),
                        new Expression("k", Operator.Exists, List.of("v")),
                        new Expression("k", Operator.NotIn, List.of("-v"))));

        InvalidConfigException problems =
                catchThrowableOfType(InvalidConfigException.class, () -> Selector.of("requires", wrong));

        assertThat(problems.problems())
                .containsExactly(
                        "requires.matchLabels.a b: \"a b\" is not a key of a label (wanted: at most 63 letters, digits,"
                                + " - _ . with a domain and a slash before it if you like)",
                        "requires.matchExpressions[0].values: missing; In takes at least one",
                        "requires.matchExpressions[1].values: [v] have no meaning, Exists takes none",
                        "requires.matchExpressions[2].key: \"-v\" is not a value of a label (wanted: at most 63 letters,"
                                + " digits, - _ .)");
    }
}
