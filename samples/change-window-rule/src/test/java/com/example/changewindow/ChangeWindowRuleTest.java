package com.example.changewindow;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.rule.RuleResponse;
import io.kusionstack.operating.plugin.rule.Verdict;
import io.kusionstack.operating.testkit.Pods;
import io.kusionstack.operating.testkit.RuleRequests;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangeWindowRuleTest {
    private static final Instant MONDAY_NINE = Instant.parse("2026-01-05T09:00:00Z");
    private static final Verdict CLOSED = Verdict.askAgain(
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
                .isEqualTo(Map.of(plain.ref(), Verdict.pass()));
    }

    @Test
    void asksAgainWhenTheWindowOpens() throws InvalidConfigException {
        assertThat(judge(MONDAY_NINE, plain)).isEqualTo(RuleResponse.of(Map.of(plain.ref(), CLOSED)));
    }

    @Test
    void aReasonBreaksTheGlassForOnePod() throws InvalidConfigException {
        assertThat(judge(MONDAY_NINE, plain, urgent, vague).verdicts())
                .isEqualTo(Map.of(
                        plain.ref(), CLOSED, urgent.ref(), Verdict.pass(), vague.ref(), CLOSED));
    }

    private static RuleResponse judge(Instant now, PodView... pods) throws InvalidConfigException {
        Schedule schedule = Schedule.of(new ChangeWindow(
                List.of(ChangeWindow.Day.Mon, ChangeWindow.Day.Tue), "10:00", "16:00", "UTC"));
        return new ChangeWindowRule(schedule)
                .judge(RuleRequests.about(pods).at(now).request());
    }
}
