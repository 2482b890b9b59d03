package com.example.changewindow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.example.changewindow.ChangeWindow.Day;
import io.kusionstack.operating.plugin.InvalidConfigException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    @ParameterizedTest
    @CsvSource({
        // 2026-01-05 is a Monday
        "Mon,     10:00-16:00, UTC,           2026-01-05T09:00:00Z, PT1H",
        "Mon,     10:00-16:00, UTC,           2026-01-05T10:00:00Z, PT0S",
        "Mon,     10:00-16:00, UTC,           2026-01-05T15:59:59Z, PT0S",
        "Mon,     10:00-16:00, UTC,           2026-01-05T16:00:00Z, PT162H",
        "Mon Wed, 10:00-16:00, UTC,           2026-01-05T16:00:00Z, PT42H",
        "'',      10:00-16:00, UTC,           2026-01-05T16:00:00Z, PT18H",
        "Mon,     10:00-16:00, Asia/Shanghai, 2026-01-05T02:00:00Z, PT0S",
        // over midnight: the day is the one on which it opens
        "Mon,     22:00-02:00, UTC,           2026-01-06T01:59:00Z, PT0S",
        "Mon,     22:00-02:00, UTC,           2026-01-05T01:59:00Z, PT20H1M",
        "Sun,     22:00-02:00, UTC,           2026-01-05T01:59:00Z, PT0S",
        // clocks go forward on 2026-03-29: that night is an hour shorter
        "Sat,     22:00-04:00, Europe/Berlin, 2026-03-29T01:59:00Z, PT0S",
        "Sat,     22:00-04:00, Europe/Berlin, 2026-03-29T02:00:00Z, PT162H",
    })
    void saysHowLongUntilItIsOpen(String days, String hours, String zone, Instant now, Duration until)
            throws InvalidConfigException {
        String[] times = hours.split("-");

        assertThat(Schedule.of(new ChangeWindow(days(days), times[0], times[1], zone))
                        .untilOpen(now))
                .isEqualTo(until);
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        ChangeWindow wrong = new ChangeWindow(List.of(), "25:00", "noon", "Mars/Olympus");

        InvalidConfigException problems =
                catchThrowableOfType(InvalidConfigException.class, () -> Schedule.of(wrong));

        assertThat(problems.problems())
                .containsExactly(
                        "from: \"25:00\" is not a time of day (wanted: hours and minutes such as \"09:30\")",
                        "to: \"noon\" is not a time of day (wanted: hours and minutes such as \"09:30\")",
                        "zone: \"Mars/Olympus\" is not a time zone (wanted: a name such as Europe/Berlin or UTC)");
    }

    @Test
    void aWindowWithoutLengthIsAMistake() {
        ChangeWindow wrong = new ChangeWindow(List.of(), "09:00", "09:00", "UTC");

        assertThat(catchThrowableOfType(InvalidConfigException.class, () -> Schedule.of(wrong)).problems())
                .containsExactly("to: \"09:00\" is the same time as from; the window would never be open");
    }

    private static List<Day> days(String text) {
        return Arrays.stream(text.split(" ")).filter(day -> !day.isEmpty()).map(Day::valueOf).toList();
    }
}
