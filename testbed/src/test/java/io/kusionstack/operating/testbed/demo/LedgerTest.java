package io.kusionstack.operating.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Request SHORT = new Request("10.0.0.1", START, START.plusMillis(100));
    private static final Request LONG = new Request("10.0.0.2", START, START.plusMillis(900));

    private final Ledger ledger = new Ledger();
    private final List<Request> asked = new ArrayList<>();

    @Test
    void judgesARequestOnlyWhenItHasEndedLongEnough() {
        ledger.sent(LONG);
        ledger.sent(SHORT);

        ledger.judge(SHORT.to().plus(Ledger.MARGIN), this::answered);

        assertThat(asked).containsExactly(SHORT);
        assertThat(ledger.underWay()).isEqualTo(1);
        assertThat(ledger.counts()).isEqualTo(new Counts(1, 0, 0, List.of()));
    }

    @Test
    void countsARequestAsMisroutedWhenItsPodDidNotAnswerAllTheTime() {
        ledger.sent(SHORT);
        ledger.sent(LONG);

        ledger.judge(START.plusSeconds(10), (address, from, to) -> address.equals("10.0.0.1"));

        assertThat(ledger.counts()).isEqualTo(new Counts(1, 1, 0, List.of(LONG)));
        assertThat(ledger.counts().isClean()).isFalse();
    }

    @Test
    void countsARequestThatFoundNobody() {
        ledger.unserved();

        assertThat(ledger.counts()).isEqualTo(new Counts(0, 0, 1, List.of()));
        assertThat(ledger.counts().requests()).isEqualTo(1);
        assertThat(ledger.counts().isClean()).isFalse();
    }

    private boolean answered(String address, Instant from, Instant to) {
        asked.add(new Request(address, from, to));
        return true;
    }
}
