package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Decision;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Results;
import io.kusionstack.operating.plugin.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One slot; Pod a begins by a write that is bound to no version, while another client writes annotations of it. */
class AnyVersionGrantsTest {
    private final PodRecord a = Pods.pod("a").version(10).available().build();
    private final PodRecord b = Pods.pod("b").version(10).available().build();
    private final FakeRuleWorld world =
            FakeRuleWorld.with(Rules.maxUnavailable("web", 1)).put(a, b);

    AnyVersionGrantsTest() {
        Decision decision = world.admission.tryAdmit(
                Pods.like(a).preCheck(FakeRuleWorld.UPDATE, "update").build().ofAnyVersion(),
                FakeRuleWorld.UPDATE,
                Stage.PRE_CHECK,
                FakeRuleWorld.NOW);
        assertThat(decision).isEqualTo(new Decision.Admitted());
    }

    private void annotated(long version) {
        world.put(Pods.like(a).version(version).build());
    }

    @ParameterizedTest
    @CsvSource({"NONE, false", "UNKNOWN, false", "NOT_SENT, true", "CONFLICT, true", "REFUSED, true", "WRITTEN, true"})
    void theSlotIsHeldWhateverRecordComesUntilTheResultIsKnown(String result, boolean free) {
        annotated(11);
        assertThat(world.lets(b)).isFalse();
        annotated(12);
        if (!result.equals("NONE")) {
            world.admission.settled(a.ref(), Results.of(result));
        }

        assertThat(world.lets(b)).isEqualTo(free);
    }

    @Test
    void theSlotIsHeldThoughTheRulesChangeAndThePodAsksOnANewerRecord() {
        annotated(11);
        world.put(Rules.rule(
                "web",
                2,
                "{selector: {matchLabels: {}}, rules: [{name: slots, availablePolicy: {maxUnavailableValue: 1}}]}"));
        annotated(12);

        assertThat(world.begins(Pods.like(a).version(12).build())).isInstanceOf(Decision.Postponed.class);
        assertThat(world.lets(b)).isFalse();
    }

    @Test
    void aWriteWithoutAnswerHoldsTheSlotUntilThePodWasReadAgain() {
        world.admission.settled(a.ref(), Results.of("UNKNOWN"));
        annotated(11);
        assertThat(world.lets(Pods.like(a).version(11).build())).isTrue();
        world.admission.settled(a.ref(), Results.of("NOT_SENT"));
        annotated(12);
        assertThat(world.lets(b)).isFalse();

        world.admission.settled(a.ref(), Results.of("READ_AGAIN"));

        assertThat(world.lets(b)).isTrue();
    }

    @Test
    void theSlotIsThePodsOnceItShowsThatItLeft() {
        world.put(FakeRuleWorld.leaving(a, 11));
        world.admission.settled(a.ref(), Results.of("WRITTEN"));

        assertThat(world.lets(b)).isFalse();
        annotated(12);
        assertThat(world.lets(b)).isTrue();
    }

    @Test
    void aPodThatIsRefusedIsHeldBackUntilItHasANewerRecordThanTheNewest() {
        annotated(11);
        world.admission.settled(a.ref(), Results.of("REFUSED"));

        assertThat(world.put(FakeRuleWorld.waiting(a, 11, "100")).woken("web")).isEqualTo(List.of());
        assertThat(world.put(FakeRuleWorld.waiting(a, 12, "100")).woken("web")).isEqualTo(List.of("a"));
    }
}
