package io.kusionstack.operating.host.rules.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.rules.admit.FakeRuleWorld;
import io.kusionstack.operating.host.world.Pods;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SkippedRulesTest {
    private static final String ANNOTATION = "its annotation podtransitionrule.kusionstack.io/skip-rule-conditions";
    private static final List<RuleSpec> SLOTS = List.of(RuleSpec.of(Rules.maxUnavailable("web", 1)));

    @Test
    void namesTheRulesOfItsList() {
        SkippedRules skipped = SkippedRules.read("{\"skipRules\":[\"slots\"]}");

        assertThat(skipped.names()).isEqualTo(Set.of("slots"));
        assertThat(skipped.mistake(SLOTS)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "slots", "[]", "{\"skipRules\":\"slots\"}", "{\"skiprules\":[\"slots\"]}", "{\"skipRules\":"
            })
    void whatIsNoSuchListSkipsNothingAndIsAMistake(String text) {
        SkippedRules skipped = SkippedRules.read(text);

        assertThat(skipped.names()).isEmpty();
        assertThat(skipped.mistake(SLOTS))
                .isEqualTo(Optional.of(ANNOTATION + " skips nothing; write {\"skipRules\":[\"NAME OF A RULE\"]}"));
    }

    @Test
    void namesWithoutARuleAreToldUpToABound() {
        String many = "{\"skipRules\":[\"slots\",\"a\",\"b\",\"" + "c".repeat(300) + "\",\"d\",\"e\"]}";

        assertThat(SkippedRules.read(many).mistake(SLOTS))
                .isEqualTo(Optional.of(ANNOTATION + " names what is not an enabled rule for this Pod: \"a\", \"b\", \""
                        + "c".repeat(63) + "\" and 2 more"));
    }

    @Test
    void aPodThatWaitsInSpiteOfItsAnnotationIsToldAndTheStatusSaysItToo() {
        FakeRuleWorld world = FakeRuleWorld.with(Rules.maxUnavailable("web", 0));
        String text = "PodTransitionRule shop/web, rule \"slots\": maxUnavailable 0 lets no Pod be touched; "
                + ANNOTATION + " names what is not an enabled rule for this Pod: \"slot\"";
        var pod = FakeRuleWorld.waiting(
                Pods.pod("a")
                        .available()
                        .annotation(Names.SKIP_RULES, "{\"skipRules\":[\"slot\"]}")
                        .build(),
                1,
                "100");
        world.put(pod);

        assertThat(world.asks(pod).waits()).extracting(Wait::message).containsExactly(text);
        assertThat(world.ruleWaits("web")).extracting(Wait::message).containsExactly(text);
    }
}
