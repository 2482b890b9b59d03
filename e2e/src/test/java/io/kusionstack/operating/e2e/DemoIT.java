package io.kusionstack.operating.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.demo.Demo;
import io.kusionstack.operating.testbed.demo.Screen;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** What {@code ./dev demo} shows and promises. */
class DemoIT {
    private static final int PODS = 6;

    @Test
    void keepsEverythingItPromises() throws Exception {
        StringWriter text = new StringWriter();
        Screen screen = new Screen(new PrintWriter(text), false);

        Demo.Outcome outcome = new Demo(new Demo.Plan(Shop.ROOT, PODS, 3, false), screen).play();

        System.out.println(text);
        ObjectNode json = outcome.json();
        assertThat(outcome.ok()).as(text.toString()).isTrue();
        assertThat(json.path("ok").asBoolean()).isTrue();
        assertThat(json.path("pods").asInt()).isEqualTo(PODS);
        assertThat(json.path("requests").asLong()).isGreaterThan(1_000);
        assertThat(json.path("misroutedRequests").asLong()).isZero();
        assertThat(json.path("maxOutOfService").asInt())
                .isLessThanOrEqualTo(json.path("allowedOutOfService").asInt());
        assertThat(json.path("podWritesPerPod").asDouble()).isBetween(3.0, 5.0);
        assertThat(json.path("unchangedWrites").asLong()).isZero();
        assertThat(json.path("seconds").asDouble()).isPositive();
        assertThat(json.path("podsPerSecond").asDouble()).isPositive();
        assertThat(text.toString()).contains("DrainingConnections", "ImageNotPulled", "BudgetExhausted");
    }
}
