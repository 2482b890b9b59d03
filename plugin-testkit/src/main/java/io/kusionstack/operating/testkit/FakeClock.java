package io.kusionstack.operating.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.UnaryOperator;

/** A clock that stands still until a test moves it. Any thread. */
public final class FakeClock extends Clock {
    private final Hand hand;
    private final ZoneId zone;

    /** What all copies of one clock share. */
    private static final class Hand {
        private Instant now;

        Hand(Instant now) {
            this.now = now;
        }

        synchronized Instant now() {
            return now;
        }

        synchronized void move(UnaryOperator<Instant> move) {
            now = move.apply(now);
        }
    }

    public FakeClock(Instant start) {
        this(new Hand(start), ZoneOffset.UTC);
    }

    private FakeClock(Hand hand, ZoneId zone) {
        this.hand = hand;
        this.zone = zone;
    }

    public void advance(Duration time) {
        hand.move(instant -> instant.plus(time));
    }

    public void set(Instant instant) {
        hand.move(before -> instant);
    }

    @Override
    public Instant instant() {
        return hand.now();
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    /** The same moment in another zone: the two are moved together. */
    @Override
    public Clock withZone(ZoneId other) {
        return new FakeClock(hand, other);
    }
}
