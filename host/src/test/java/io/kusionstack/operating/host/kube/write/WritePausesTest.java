package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.Failure;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.StatusRefusal;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.plan.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WritePausesTest {
    private static final ObjectRef RULE = new ObjectRef(ObjectKind.POD_TRANSITION_RULE, "shop", "web", "uid-web");

    private final List<Action.Announce> told = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final WritePauses pauses = new WritePauses(() -> now, told::add);
    private int sent;

    @ParameterizedTest
    @EnumSource(
            value = WriteResult.Cause.class,
            names = {"REFUSED", "FORBIDDEN", "FAILED", "UNKNOWN"})
    void nothingIsSentWhileThePauseRunsAndTheEarlierAnswerStands(WriteResult.Cause cause) {
        write(10, cause);

        assertThat(write(10, cause)).map(failure -> failure.result().message()).hasValue("no");
        assertThat(sent).isEqualTo(1);
    }

    @Test
    void thePauseGrowsForAsLongAsItFails() {
        List<Duration> left = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            write(10, WriteResult.Cause.FORBIDDEN);
            left.add(pauses.left(target(10)));
            now = now.plus(left.getLast());
        }

        assertThat(left).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
    }

    @Test
    void aRefusalForTheContentEndsWhenTheObjectChanges() {
        write(10, WriteResult.Cause.REFUSED);
        write(11, WriteResult.Cause.REFUSED);

        assertThat(sent).isEqualTo(2);
    }

    @Test
    void aWriteThatGetsThroughForgetsThePause() {
        write(10, WriteResult.Cause.FAILED);
        now = now.plusSeconds(1);
        pauses.unlessPaused(target(10), action(10), Optional::empty);

        assertThat(pauses.left(target(10))).isZero();
    }

    @Test
    void whatWasNotSentIsSentAtTheNextOccasion() {
        write(10, WriteResult.Cause.NOT_SENT);
        write(10, WriteResult.Cause.NOT_SENT);

        assertThat(sent).isEqualTo(2);
        assertThat(pauses.left(target(10))).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aFewConflictsInARowAreLookedAtAtOnceAndNoMore() {
        List<Duration> left = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            write(10, WriteResult.Cause.CONFLICT);
            left.add(pauses.left(target(10)));
        }

        assertThat(left).extracting(Duration::toSeconds).containsExactly(0L, 0L, 0L, 1L, 2L);
    }

    @Test
    void theFirstRefusalOfARowIsToldOnTheObject() {
        write(10, WriteResult.Cause.FORBIDDEN);
        now = now.plusSeconds(1);
        write(10, WriteResult.Cause.FORBIDDEN);

        assertThat(told)
                .containsExactly(new Action.Announce(
                        RULE,
                        Action.Severity.WARNING,
                        "ForbiddenByServer",
                        "writing the status of PodTransitionRule shop/web was refused (403): no; bind the roles of"
                                + " deploy/rbac.yaml, raise the quota, or change the policy that forbids it"));
    }

    @Test
    void aRefusalIsToldThoughAnotherFailureCameBeforeItAndOnlyOnce() {
        for (WriteResult.Cause cause : List.of(
                WriteResult.Cause.NOT_SENT,
                WriteResult.Cause.UNKNOWN,
                WriteResult.Cause.FAILED,
                WriteResult.Cause.UNKNOWN,
                WriteResult.Cause.FORBIDDEN)) {
            write(10, cause);
            now = now.plusSeconds(60);
        }

        assertThat(told).extracting(Action.Announce::reason).containsExactly("WriteFailed");
    }

    @Test
    void anObjectThatIsMadeAgainUnderItsNameBeginsARowOfItsOwn() {
        write(10, WriteResult.Cause.FORBIDDEN);
        ObjectRef again = new ObjectRef(RULE.kind(), RULE.namespace(), RULE.name(), "uid-again");

        assertThat(pauses.left(new WritePauses.WriteTarget("status", again, 20)))
                .isZero();
        assertThat(pauses.statusRefusal(again)).isEmpty();
    }

    @Test
    void aStatusThatIsRefusedIsExplainedUntilItIsTakenOrNotWrittenAnyMore() {
        Instant nextTry = now.plusSeconds(1);
        write(10, WriteResult.Cause.FORBIDDEN);

        assertThat(pauses.statusRefusal(RULE))
                .contains(new StatusRefusal(
                        new Wait(
                                Reason.FORBIDDEN_BY_SERVER,
                                "status",
                                told.getFirst().message() + "; the numbers of its last status are shown"),
                        Optional.of(nextTry)));
        now = nextTry;
        assertThat(pauses.statusRefusal(RULE).map(StatusRefusal::nextTry)).contains(Optional.empty());
        now = nextTry.plusSeconds(29);
        assertThat(pauses.statusRefusal(RULE).map(StatusRefusal::nextTry)).contains(Optional.empty());
        now = nextTry.plusSeconds(30);
        assertThat(pauses.statusRefusal(RULE)).isEmpty();
        write(10, WriteResult.Cause.FORBIDDEN);
        assertThat(pauses.statusRefusal(RULE)).isPresent();
        now = now.plusSeconds(2);
        pauses.unlessPaused(target(11), action(11), Optional::empty);
        assertThat(pauses.statusRefusal(RULE)).isEmpty();
    }

    private Optional<Failure> write(long version, WriteResult.Cause cause) {
        Action action = action(version);
        return pauses.unlessPaused(target(version), action, () -> {
            sent++;
            return Optional.of(new Failure(
                    action, new WriteResult.NotDone(cause, cause == WriteResult.Cause.FORBIDDEN ? 403 : 0, "no")));
        });
    }

    private static WritePauses.WriteTarget target(long version) {
        return new WritePauses.WriteTarget("status", RULE, version);
    }

    private static Action action(long version) {
        return Action.WriteStatus.of(
                RULE, version, JsonNodeFactory.instance.objectNode(), 1, JsonNodeFactory.instance.arrayNode());
    }
}
