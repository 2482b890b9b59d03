package io.kusionstack.operating.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RoomExplanationsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Optional<Instant> LATER = Optional.of(NOW.plusSeconds(9));

    @Test
    void theNextLookIsTheOneThatIsDueFirst() {
        assertThat(soonest(LATER, Optional.of(NOW.plusSeconds(4)))).contains(NOW.plusSeconds(4));
        assertThat(soonest(Optional.empty(), Optional.empty())).isEmpty();
    }

    @Test
    void aLookThatIsDueAndWaitsForItsTurnIsNeitherUnknownNorInThePast() {
        assertThat(soonest(LATER, Optional.of(NOW.minusSeconds(5)))).contains(NOW);
    }

    private static Optional<Instant> soonest(Optional<Instant> one, Optional<Instant> other) {
        return RoomExplanations.soonest(NOW, Stream.of(one, other));
    }
}
