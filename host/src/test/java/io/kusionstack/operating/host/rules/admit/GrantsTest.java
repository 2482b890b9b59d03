package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Results;
import io.kusionstack.operating.plugin.Stage;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A Pod that waits at PreCheck since version 5 is granted on version 10. */
class GrantsTest {
    private static final String UID = "uid-a";

    private final Pods seen = Pods.pod("a").available().preCheck("collaset", "update");
    private final Grants grants = new Grants();

    GrantsTest() {
        grants.give(grant(10, Grant.GrantWrite.ASKED));
    }

    @Test
    void heldWhileThePodStaysAsItWas() {
        grants.observe(seen.version(10).build());

        assertThat(grants.holds(UID)).isTrue();
    }

    @Test
    void heldWhileANewerRecordStillWantsIt() {
        grants.observe(seen.version(11).label("note", "hello").build());

        assertThat(grants.holds(UID)).isTrue();
    }

    @Test
    void heldWhenThePodLosesItsMarkAndStillWaits() {
        grants.observe(seen.version(11).without(Names.SERVICE_AVAILABLE).build());

        assertThat(grants.holds(UID)).isTrue();
    }

    @Test
    void releasedWhenThePodIsPreparing() {
        grants.observe(seen.version(11).preparing("collaset", "update").build());

        assertThat(grants.holds(UID)).isFalse();
    }

    @Test
    void heldWhenThePodOnlyBecameUnready() {
        grants.observe(seen.version(11).unready().build());

        assertThat(grants.holds(UID)).isTrue();
    }

    @Test
    void releasedWhenANewerRecordNoLongerWantsIt() {
        grants.observe(Pods.pod("a").available().version(11).build());

        assertThat(grants.holds(UID)).isFalse();
    }

    @Test
    void releasedWhenANewerRecordIsInAnotherOperationOfThatId() {
        grants.observe(seen.version(11)
                .label(Names.key(Names.OPERATING, "collaset"), "later")
                .build());

        assertThat(grants.holds(UID)).isFalse();
    }

    @Test
    void heldForAPodThatBeginsWhileItsRecordIsStillTheOldOne() {
        grants.observe(Pods.pod("a").available().version(10).build());

        assertThat(grants.holds(UID)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "ASKED,    WRITTEN,    true",
        "ASKED,    REFUSED,    false",
        "ASKED,    NOT_SENT, false",
        "ASKED,    UNKNOWN,    true",
        "ASKED,    READ_AGAIN, true",
        "RESERVED, WRITTEN,    true",
        "RESERVED, REFUSED,    true",
        "RESERVED, NOT_SENT, true",
        "RESERVED, UNKNOWN,    true",
        "RESERVED, READ_AGAIN, true",
        "UNKNOWN,  WRITTEN,    true",
        "UNKNOWN,  REFUSED,    true",
        "UNKNOWN,  NOT_SENT, true",
        "UNKNOWN,  UNKNOWN,    true",
        "UNKNOWN,  READ_AGAIN, false",
    })
    void theResultOfTheWriteDecides(Grant.GrantWrite write, String result, boolean held) {
        Grants ledger = new Grants();
        ledger.give(grant(10, write));

        ledger.settle(UID, Results.of(result), grant -> false);

        assertThat(ledger.holds(UID)).isEqualTo(held);
    }

    @Test
    void anUnansweredWriteIsReleasedByANewerRecordWithoutIt() {
        grants.settle(UID, Results.of("UNKNOWN"), grant -> false);

        grants.observe(Pods.pod("a").available().version(11).build());

        assertThat(grants.holds(UID)).isFalse();
    }

    @Test
    void anUnansweredWriteStaysSoWhenTheSameRecordAsksAgain() {
        grants.settle(UID, Results.of("UNKNOWN"), grant -> false);

        grants.give(grant(10, Grant.GrantWrite.ASKED));

        assertThat(grants.of(UID, "collaset")).contains(grant(10, Grant.GrantWrite.ASKED_AGAIN));
    }

    @ParameterizedTest
    @CsvSource({"WRITTEN, ASKED_AGAIN", "REFUSED, UNKNOWN", "NOT_SENT, UNKNOWN", "UNKNOWN, UNKNOWN", "READ_AGAIN, ASKED"
    })
    void whatBecomesOfTheSecondTrySaysNothingOfTheFirst(String second, Grant.GrantWrite now) {
        grants.settle(UID, Results.of("UNKNOWN"), grant -> false);
        grants.give(grant(10, Grant.GrantWrite.ASKED));

        assertThat(grants.settle(UID, Results.of(second), grant -> false)).isEmpty();

        assertThat(grants.of(UID, "collaset")).contains(grant(10, now));
    }

    @Test
    void anUnansweredWriteIsPastWhenANewerRecordAsks() {
        grants.settle(UID, Results.of("UNKNOWN"), grant -> false);

        grants.give(grant(11, Grant.GrantWrite.ASKED));

        assertThat(grants.of(UID, "collaset")).contains(grant(11, Grant.GrantWrite.ASKED));
    }

    @ParameterizedTest
    @CsvSource({"ASKED, 10, true", "ASKED, 11, false", "UNKNOWN, 10, true", "UNKNOWN, 11, false", "RESERVED, 10, false"
    })
    void aWriteMayBeUnderWayUntilANewerRecordIsSeen(Grant.GrantWrite write, long version, boolean underWay) {
        assertThat(grant(10, write).mayBeUnderWayAt(version)).isEqualTo(underWay);
    }

    @Test
    void releasedWhenItIsWithdrawn() {
        grants.withdraw(grant(10, Grant.GrantWrite.ASKED));

        assertThat(grants.holds(UID)).isFalse();
    }

    @Test
    void releasedWhenThePodIsGone() {
        grants.gone(UID);

        assertThat(grants.holds(UID)).isFalse();
    }

    @Test
    void forgetsPodsThatNoLongerExist() {
        grants.keepOnly(Set.of("another"));

        assertThat(grants.size()).isZero();
    }

    @Test
    void heldAsLongAsOneOfTwoOperationsHoldsIt() {
        PodRecord both = seen.preCheck("job", "restart").version(10).build();
        grants.give(new Grant(
                both.ref(), "job", Pods.STAMP, Stage.PRE_CHECK, Map.of("rule", 1L), 10, Grant.GrantWrite.ASKED));

        grants.observe(
                Pods.pod("a").available().version(11).preCheck("job", "restart").build());

        assertThat(grants.of(UID, "collaset")).isEmpty();
        assertThat(grants.holds(UID)).isTrue();
    }

    @Test
    void onlyWhatWasGivenUnderTheSameRulesAnswers() {
        Grant now = grant(11, Grant.GrantWrite.ASKED);
        Grant before = new Grant(
                now.pod(), "collaset", Pods.STAMP, Stage.PRE_CHECK, Map.of("rule", 2L), 10, Grant.GrantWrite.ASKED);
        Grant otherOperation = new Grant(
                now.pod(), "collaset", "earlier", Stage.PRE_CHECK, Map.of("rule", 1L), 10, Grant.GrantWrite.ASKED);

        assertThat(now.allows(grant(10, Grant.GrantWrite.RESERVED))).isTrue();
        assertThat(now.allows(before)).isFalse();
        assertThat(now.allows(otherOperation)).isFalse();
    }

    private static Grant grant(long askedOn, Grant.GrantWrite write) {
        return new Grant(
                Pods.pod("a").build().ref(),
                "collaset",
                Pods.STAMP,
                Stage.PRE_CHECK,
                Map.of("rule", 1L),
                askedOn,
                write);
    }
}
