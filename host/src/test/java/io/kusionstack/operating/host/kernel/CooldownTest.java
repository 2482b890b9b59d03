package io.kusionstack.operating.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CooldownTest {
    @Test
    void lastsSoManyTimesAsLongAsTheLook() {
        assertThat(new Cooldown(9, Duration.ofSeconds(1)).after(Duration.ofMillis(20)))
                .isEqualTo(Duration.ofMillis(180));
    }

    @Test
    void endsAtTheLongest() {
        assertThat(new Cooldown(9, Duration.ofSeconds(1)).after(Duration.ofMinutes(1)))
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void lastsTheShortestAfterALookOfNoTime() {
        assertThat(new Cooldown(9, Duration.ofMillis(150), Duration.ofSeconds(1)).after(Duration.ofMillis(2)))
                .isEqualTo(Duration.ofMillis(150));
    }

    @Test
    void isNothingWhereNoneIsWanted() {
        assertThat(Cooldown.none().after(Duration.ofMinutes(1))).isZero();
    }

    @Test
    void isNeverNegative() {
        assertThatThrownBy(() -> new Cooldown(-1, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> new Cooldown(1, Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Cooldown(1, Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
