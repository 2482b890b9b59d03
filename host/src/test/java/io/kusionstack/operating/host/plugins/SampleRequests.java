package io.kusionstack.operating.host.plugins;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.Stage;
import io.kusionstack.operating.plugin.rule.RuleRef;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.WaitingPod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Questions to rules in jars, with five seconds to answer. */
final class SampleRequests {
    private SampleRequests() {}

    static RuleRequest about(String rule, PodRef... waiting) {
        return about(rule, () -> {}, waiting);
    }

    static RuleRequest about(String rule, Runnable waker, PodRef... waiting) {
        Instant now = Instant.now();
        return new RuleRequest(
                new RuleRef("shop", "web", "uid-rule", 1),
                rule,
                Stage.PRE_CHECK,
                List.of(),
                Stream.of(waiting)
                        .map(pod -> new WaitingPod(pod, List.of(), "trace"))
                        .toList(),
                Map.of(),
                "q-1",
                now,
                now.plus(Duration.ofSeconds(5)),
                waker);
    }
}
