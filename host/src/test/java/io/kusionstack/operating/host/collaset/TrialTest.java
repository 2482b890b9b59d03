package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.Failure;
import io.kusionstack.operating.host.kube.Fate;
import io.kusionstack.operating.host.plan.Action;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrialTest {
    private static final Instant NOW = Snapshots.NOW;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "REFUSED | 422 | Pod \"web-trial\" is invalid: spec.containers[0].image: Required value | Refused",
                "REFUSED | 400 | json: cannot unmarshal number | Refused",
                "REFUSED | 403 | pods \"web-trial\" is forbidden: violates PodSecurity \"restricted:latest\" | Refused",
                "REFUSED | 403 | is forbidden: failed quota: mem: must specify limits.memory | Refused",
                "REFUSED | 403 | is forbidden: exceeded quota: pods, requested: pods=1, used: pods=4 | Taken",
                "REFUSED | 403 | is forbidden: status unknown for quota: pods, resources: pods | Taken",
                "REFUSED | 400 | admission webhook \"a.b.c\" does not support dry run | Unaskable",
                "REFUSED | 500 | failed calling webhook | Unknown",
                "BUSY    | 429 | too many requests | Unknown",
                "UNKNOWN | 0   | timeout | Unknown"
            })
    void readsFromTheAnswerWhetherTheContentIsRefused(Fate kind, int code, String message, String expected) {
        assertThat(Trial.tried(Optional.of(failure(kind, code, message)), Optional.empty(), 1, NOW)
                        .getClass()
                        .getSimpleName())
                .isEqualTo(expected);
    }

    @Test
    void isNotTakenBackByAServerThatCannotBeAskedUntilTheSetChanges() {
        Optional<Failure> unasked = Optional.of(failure(Fate.UNKNOWN, 0, "timeout"));

        assertThat(Trial.tried(unasked, refused(true, 1), 1, NOW))
                .isEqualTo(refused(true, 2).get());
        assertThat(Trial.tried(unasked, refused(true, 1), 2, NOW)).isEqualTo(new Trial.Unknown(1, NOW, "timeout"));
    }

    @Test
    void isTakenBackByADryRunAfterAPauseThatIsLongWhereOnlyARealPodTells() {
        assertThat(Trial.tried(Optional.empty(), refused(true, 1), 1, NOW)).isEqualTo(new Trial.Taken());
        assertThat(refused(true, 1).get().askAgain(1)).contains(NOW.plusSeconds(1));
        assertThat(Trial.tried(Optional.empty(), refused(false, 1), 1, NOW)).isEqualTo(new Trial.Taken(1));
        assertThat(refused(false, 1).get().askAgain(1)).contains(NOW.plusSeconds(60));
        assertThat(refused(false, 3).get().askAgain(1)).contains(NOW.plusSeconds(240));
        assertThat(refused(false, 99).get().askAgain(1)).contains(NOW.plusSeconds(3840));
        assertThat(Trial.tried(Optional.empty(), refused(false, 1), 2, NOW)).isEqualTo(new Trial.Taken());
    }

    @Test
    void growsThePausesWhileRealPodsAreRefusedThatADryRunTakes() {
        Optional<Failure> denied = Optional.of(failure(Fate.REFUSED, 403, "denied"));

        assertThat(Trial.created(denied, Optional.of(new Trial.Taken(2)), 1, NOW))
                .isEqualTo(refused(false, 3));
        assertThat(Trial.created(Optional.empty(), Optional.of(new Trial.Taken(2)), 1, NOW))
                .contains(new Trial.Created());
    }

    @Test
    void learnsFromCreations() {
        Optional<Failure> denied = Optional.of(failure(Fate.REFUSED, 403, "denied"));
        Optional<Failure> quota = Optional.of(failure(Fate.REFUSED, 403, "exceeded quota: pods"));

        assertThat(Trial.created(Optional.empty(), refused(true, 1), 1, NOW)).contains(new Trial.Created());
        assertThat(Trial.created(denied, Optional.of(new Trial.Taken()), 1, NOW))
                .isEqualTo(refused(false, 1));
        assertThat(Trial.created(quota, Optional.of(new Trial.Taken()), 1, NOW)).contains(new Trial.Taken());
        assertThat(Trial.tried(Optional.empty(), Optional.of(new Trial.Created()), 1, NOW))
                .isEqualTo(new Trial.Created());
    }

    @Test
    void aCreationThatLeavesAnUnknownFieldOutTakesNothingBack() {
        Optional<Failure> strict =
                Optional.of(failure(Fate.REFUSED, 400, "strict decoding error: unknown field \"spec.contaners\""));
        Optional<Trial> refused = Optional.of(Trial.tried(strict, Optional.empty(), 1, NOW));

        assertThat(Trial.created(Optional.empty(), refused, 1, NOW)).isEqualTo(refused);
    }

    private static Optional<Trial> refused(boolean shown, int attempts) {
        return Optional.of(new Trial.Refused(403, "denied", shown, 1, attempts, NOW));
    }

    private static Failure failure(Fate kind, int code, String message) {
        return new Failure(new Action.Announce(World.SET, Action.Severity.NORMAL, "", ""), kind, code, message);
    }
}
