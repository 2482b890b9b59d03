package io.kusionstack.operating.host.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T10:00:00.5Z");
    private static final String EARLIER = "2026-01-01T09:00:00Z";
    private static final List<Condition> STORED = List.of(
            new Condition("Available", "True", EARLIER, "Enough", "3 of 3"),
            new Condition("Others", "Unknown", EARLIER, null, null));

    @Test
    void theTransitionTimeMovesOnlyWithTheStatus() {
        Conditions conditions = Conditions.changing(STORED, NOW, 100);
        conditions.set("Available", true, "Enough", "4 of 4");
        conditions.set("Stalled", false, "Moves", "");

        assertThat(conditions.all())
                .containsExactly(
                        new Condition("Available", "True", EARLIER, "Enough", "4 of 4"),
                        STORED.getLast(),
                        new Condition("Stalled", "False", "2026-01-01T10:00:00Z", "Moves", null));

        conditions.set("Available", false, "Missing", "2 of 4");
        assertThat(conditions.all().getFirst().lastTransitionTime()).isEqualTo("2026-01-01T10:00:00Z");
    }

    @Test
    void replacingKeepsTransitionTimesAndNothingElse() {
        Conditions conditions = Conditions.replacing(STORED, NOW);
        conditions.set("Available", true, "Enough", "4 of 4");

        assertThat(conditions.all()).containsExactly(new Condition("Available", "True", EARLIER, "Enough", "4 of 4"));
    }

    @Test
    void cutsALongMessageAndWritesNoMemberWithoutAValue() {
        Conditions conditions = Conditions.changing(List.of(), NOW, 3);
        conditions.set("Stalled", true, "Long", "abcd");
        conditions.set("Other", true, "None", "");

        assertThat(Conditions.json(conditions.all()))
                .hasToString("[{\"type\":\"Stalled\",\"status\":\"True\","
                        + "\"lastTransitionTime\":\"2026-01-01T10:00:00Z\",\"reason\":\"Long\",\"message\":\"abc\"},"
                        + "{\"type\":\"Other\",\"status\":\"True\","
                        + "\"lastTransitionTime\":\"2026-01-01T10:00:00Z\",\"reason\":\"None\"}]");
    }
}
