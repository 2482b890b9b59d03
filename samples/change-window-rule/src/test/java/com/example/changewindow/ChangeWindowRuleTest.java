package com.example.changewindow;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.Stage;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.testkit.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangeWindowRuleTest {
    private static final Instant MONDAY_NINE = Instant.parse("2026-01-05T09:00:00Z");
    private static final Verdict CLOSED = new Verdict.AskAgain(
            "WindowClosed",
            "changes are made Mon, Tue 10:00-16:00 UTC; in an emergency annotate the Pod with"
                    + " change-window.kusionstack.io/break-glass and a reason",
            Duration.ofHours(1));

    private final PodView plain = Pods.pod("plain").view();
    private final PodView urgent =
            Pods.pod("urgent").annotation(ChangeWindowRule.BREAK_GLASS, "incident 4711").view();
    private final PodView vague =
            Pods.pod("vague").annotation(ChangeWindowRule.BREAK_GLASS, " ").view();

    @Test
    void letsPodsPassWhileTheWindowIsOpen() throws InvalidConfigException {
        assertThat(judge(MONDAY_NINE.plus(Duration.ofHours(2)), plain).verdicts())
                .isEqualTo(Map.of(plain.ref(), new Verdict.Pass()));
    }

    @Test
    void asksAgainWhenTheWindowOpens() throws InvalidConfigException {
        assertThat(judge(MONDAY_NINE, plain)).isEqualTo(new RuleResponse(Map.of(plain.ref(), CLOSED), Map.of()));
    }

    @Test
    void aReasonBreaksTheGlassForOnePod() throws InvalidConfigException {
        assertThat(judge(MONDAY_NINE, plain, urgent, vague).verdicts())
                .isEqualTo(Map.of(
                        plain.ref(), CLOSED, urgent.ref(), new Verdict.Pass(), vague.ref(), CLOSED));
    }

    private static RuleResponse judge(Instant now, PodView... pods) throws InvalidConfigException {
        Schedule schedule = Schedule.of(new ChangeWindow(
                List.of(ChangeWindow.Day.Mon, ChangeWindow.Day.Tue), "10:00", "16:00", "UTC"));
        List<PodView> selected = List.of(pods);
        return new ChangeWindowRule(schedule)
                .judge(new RuleRequest(
                        "window",
                        Stage.PRE_CHECK,
                        selected,
                        selected.stream().map(PodView::ref).toList(),
                        Map.of(),
                        "key",
                        now,
                        now.plusSeconds(10)));
    }
}
