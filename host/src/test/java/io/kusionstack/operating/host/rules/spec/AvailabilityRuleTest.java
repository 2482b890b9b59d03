package io.kusionstack.operating.host.rules.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AvailabilityRuleTest {
    @ParameterizedTest(name = "{0} of {1} Pods: {2} unavailable, {3} available")
    @CsvSource({
        "50%,  3,  2, 1",
        "50%,  4,  2, 2",
        "1%,   10, 1, 0",
        "0%,   10, 0, 0",
        "100%, 10, 10, 10",
        "33%,  3,  1, 0",
        "34%,  3,  2, 1",
        "2,    10, 2, 2",
        "0,    10, 0, 0",
        "12,   10, 12, 12",
        "50%,  0,  0, 0",
        "99%,  100000, 99000, 99000",
    })
    void roundsUpWhatMayBeOutAndDownWhatHasToStay(String quota, int pods, int unavailable, int available) {
        Quota parsed = quota(quota).orElseThrow();

        assertThat(parsed.roundedUp(pods)).isEqualTo(unavailable);
        assertThat(parsed.roundedDown(pods)).isEqualTo(available);
    }

    @ParameterizedTest(name = "max {0}, min {1}: {2} Pods/out/missing -> {3}")
    @CsvSource({
        // the allowance is used to the last slot
        "2,   -,   10/1/0, ''",
        "2,   -,   10/2/0, maxUnavailable 2 is used up by other Pods",
        "2,   -,   10/3/0, maxUnavailable 2 is used up by other Pods",
        "0,   -,   10/0/0, maxUnavailable 0 is used up by other Pods",
        "50%, -,   3/1/0, ''",
        "50%, -,   3/2/0, maxUnavailable 50% is used up by other Pods",
        // what has to stay
        "-,   9,   10/0/0, ''",
        "-,   9,   10/1/0, minAvailable 9 leaves no Pod to spare",
        "-,   50%, 3/1/0, ''",
        "-,   50%, 3/2/0, minAvailable 50% leaves no Pod to spare",
        "-,   11,  10/0/0, minAvailable 11 leaves no Pod to spare",
        // both: the stricter one speaks
        "5,   9,   10/1/0, minAvailable 9 leaves no Pod to spare",
        "1,   2,   10/1/0, maxUnavailable 1 is used up by other Pods",
        // Pods that owners want and that are not there are unavailable
        "1,   -,   1/0/1, maxUnavailable 1 is used up by other Pods",
        "2,   -,   1/0/1, ''",
        "1,   -,   2/0/0, ''",
        // a percentage is of what there should be, so it does not shrink with the Pods
        "-,   80%, 8/0/2, minAvailable 80% leaves no Pod to spare",
        "20%, -,   8/0/2, maxUnavailable 20% is used up by other Pods",
        "30%, -,   8/0/2, ''",
    })
    void oneMoreMayLeaveOnlyWithinBothLimits(String max, String min, String pods, String blocked) {
        AvailabilityRule rule = new AvailabilityRule(quota(max), quota(min));

        assertThat(rule.blocks(count(pods)).orElse("")).isEqualTo(blocked);
    }

    @Test
    void allowsExactlyAsManyAsItGrants() {
        for (int pods = 0; pods <= 6; pods++) {
            for (String max : List.of("-", "0", "1", "3", "40%")) {
                for (String min : List.of("-", "0", "2", "60%")) {
                    AvailabilityRule rule = new AvailabilityRule(quota(max), quota(min));
                    AvailabilityRule.PodCounts count = new AvailabilityRule.PodCounts(pods, 0, 0);
                    while (count.out() < pods && rule.blocks(count).isEmpty()) {
                        count = count.andOneMoreOut();
                    }
                    assertThat(count.out())
                            .as("%s of %d", rule, pods)
                            .isEqualTo(Math.max(0, Math.min(pods, rule.allowance(count))));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "200%, is more than 100%",
        "101%, is more than 100%",
        "abc,  is not a percentage",
        "%,    is not a percentage",
        "3,    is not a percentage",
        "-1%,  is not a percentage",
        "1.5%, is not a percentage",
        "50 %, is not a percentage",
        "'',   is not a percentage",
        "9999999999%, is not a percentage",
    })
    void tellsWhatIsNoQuota(String text, String problem) {
        List<String> problems = new ArrayList<>();

        assertThat(Quota.text("spec.rules[0].x", text, problems)).isEmpty();
        assertThat(problems)
                .containsExactly("spec.rules[0].x: \"" + text + "\" " + problem
                        + " (wanted: a number of Pods such as 3, or a percentage such as \"20%\")");
    }

    @Test
    void refusesANegativeNumber() {
        List<String> problems = new ArrayList<>();

        assertThat(Quota.number("x", -1, problems)).isEmpty();
        assertThat(problems)
                .containsExactly(
                        "x: -1 is negative (wanted: a number of Pods such as 3, or a percentage such as \"20%\")");
    }

    private static Optional<Quota> quota(String text) {
        if (text.equals("-")) {
            return Optional.empty();
        }
        return text.endsWith("%")
                ? Quota.text("quota", text, new ArrayList<>())
                : Quota.number("quota", Integer.parseInt(text), new ArrayList<>());
    }

    private static AvailabilityRule.PodCounts count(String podsOutMissing) {
        String[] parts = podsOutMissing.split("/");
        return new AvailabilityRule.PodCounts(
                Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }
}
