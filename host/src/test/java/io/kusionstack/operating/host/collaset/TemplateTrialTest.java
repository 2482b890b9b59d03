package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTrialTest {
    private static final Instant NOW = Snapshots.NOW;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "REFUSED | 422 | Pod \"web-trial\" is invalid: spec.containers[0].image: Required value | TemplateRefused",
                "REFUSED | 400 | json: cannot unmarshal number | TemplateRefused",
                "REFUSED | 403 | pods \"web-trial\" is forbidden: violates PodSecurity \"restricted:latest\" | TemplateRefused",
                "REFUSED | 403 | is forbidden: failed quota: mem: must specify limits.memory | TemplateRefused",
                "REFUSED | 403 | is forbidden: exceeded quota: pods, requested: pods=1, used: pods=4 | DryRunPassed",
                "REFUSED | 403 | is forbidden: status unknown for quota: pods, resources: pods | DryRunPassed",
                "REFUSED | 400 | admission webhook \"a.b.c\" does not support dry run | Unaskable",
                "REFUSED | 500 | failed calling webhook | Unproven",
                "BUSY    | 429 | too many requests | Unproven",
                "UNKNOWN | 0   | timeout | Unproven"
            })
    void readsFromTheAnswerWhetherTheContentIsRefused(
            WriteResult.Cause kind, int code, String message, String expected) {
        assertThat(TemplateTrial.tried(Optional.of(failure(kind, code, message)), Optional.empty(), 1, NOW)
                        .getClass()
                        .getSimpleName())
                .isEqualTo(expected);
    }

    @Test
    void isNotTakenBackByAServerThatCannotBeAskedUntilTheSetChanges() {
        Optional<Failure> unasked = Optional.of(failure(WriteResult.Cause.UNKNOWN, 0, "timeout"));

        assertThat(TemplateTrial.tried(unasked, refused(true, 1), 1, NOW))
                .isEqualTo(refused(true, 2).get());
        assertThat(TemplateTrial.tried(unasked, refused(true, 1), 2, NOW))
                .isEqualTo(new TemplateTrial.Unproven(1, NOW, "timeout"));
    }

    @Test
    void isTakenBackByADryRunAfterAPauseThatIsLongWhereOnlyARealPodTells() {
        assertThat(TemplateTrial.tried(Optional.empty(), refused(true, 1), 1, NOW))
                .isEqualTo(new TemplateTrial.DryRunPassed());
        assertThat(refused(true, 1).get().askAgain(1)).contains(NOW.plusSeconds(1));
        assertThat(TemplateTrial.tried(Optional.empty(), refused(false, 1), 1, NOW))
                .isEqualTo(new TemplateTrial.DryRunPassed(1));
        assertThat(refused(false, 1).get().askAgain(1)).contains(NOW.plusSeconds(60));
        assertThat(refused(false, 3).get().askAgain(1)).contains(NOW.plusSeconds(240));
        assertThat(refused(false, 99).get().askAgain(1)).contains(NOW.plusSeconds(3840));
        assertThat(TemplateTrial.tried(Optional.empty(), refused(false, 1), 2, NOW))
                .isEqualTo(new TemplateTrial.DryRunPassed());
    }

    @Test
    void growsThePausesWhileRealPodsAreRefusedThatADryRunTakes() {
        Optional<Failure> denied = Optional.of(failure(WriteResult.Cause.REFUSED, 403, "denied"));

        assertThat(TemplateTrial.created(denied, Optional.of(new TemplateTrial.DryRunPassed(2)), 1, NOW))
                .isEqualTo(refused(false, 3));
        assertThat(TemplateTrial.created(Optional.empty(), Optional.of(new TemplateTrial.DryRunPassed(2)), 1, NOW))
                .contains(new TemplateTrial.Created());
    }

    @Test
    void learnsFromCreations() {
        Optional<Failure> denied = Optional.of(failure(WriteResult.Cause.REFUSED, 403, "denied"));
        Optional<Failure> quota = Optional.of(failure(WriteResult.Cause.REFUSED, 403, "exceeded quota: pods"));

        assertThat(TemplateTrial.created(Optional.empty(), refused(true, 1), 1, NOW))
                .contains(new TemplateTrial.Created());
        assertThat(TemplateTrial.created(denied, Optional.of(new TemplateTrial.DryRunPassed()), 1, NOW))
                .isEqualTo(refused(false, 1));
        assertThat(TemplateTrial.created(quota, Optional.of(new TemplateTrial.DryRunPassed()), 1, NOW))
                .contains(new TemplateTrial.DryRunPassed());
        assertThat(TemplateTrial.tried(Optional.empty(), Optional.of(new TemplateTrial.Created()), 1, NOW))
                .isEqualTo(new TemplateTrial.Created());
    }

    @Test
    void aCreationThatLeavesAnUnknownFieldOutTakesNothingBack() {
        Optional<Failure> strict = Optional.of(
                failure(WriteResult.Cause.REFUSED, 400, "strict decoding error: unknown field \"spec.contaners\""));
        Optional<TemplateTrial> refused = Optional.of(TemplateTrial.tried(strict, Optional.empty(), 1, NOW));

        assertThat(TemplateTrial.created(Optional.empty(), refused, 1, NOW)).isEqualTo(refused);
    }

    private static Optional<TemplateTrial> refused(boolean shown, int attempts) {
        return Optional.of(new TemplateTrial.TemplateRefused(403, "denied", shown, 1, attempts, NOW));
    }

    private static Failure failure(WriteResult.Cause kind, int code, String message) {
        return new Failure(
                new Action.Announce(World.SET, Action.Severity.NORMAL, "", ""),
                new WriteResult.NotDone(kind, code, message));
    }
}
