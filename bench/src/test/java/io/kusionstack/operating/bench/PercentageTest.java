package io.kusionstack.operating.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PercentageTest {
    @Test
    void isRoundedUpAsARuleDoes() {
        assertThat(Percentage.parse("10%").of(200)).isEqualTo(20);
        assertThat(Percentage.parse("33%").of(6)).isEqualTo(2);
        assertThat(Percentage.parse("1%").of(5)).isEqualTo(1);
    }

    @Test
    void isWrittenAsItWasRead() {
        assertThat(Percentage.parse("10%")).hasToString("10%");
    }

    @Test
    void refusesWhatIsNone() {
        assertThatThrownBy(() -> Percentage.parse("10")).hasMessage("\"10\" is not a percentage such as 10%");
        assertThatThrownBy(() -> Percentage.parse("0%")).hasMessage("0% is not between 1% and 100%");
        assertThatThrownBy(() -> Percentage.parse("101%")).hasMessage("101% is not between 1% and 100%");
    }
}
