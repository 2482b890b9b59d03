package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.lifecycle.LifecycleGate;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Intentions;
import io.kusionstack.operating.host.plan.Nodes;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.rules.admit.FakeRuleWorld;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Unused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One slot and two Pods, with the real rules, lifecycle and writer: another client annotates the first while it leaves service. */
class ContendedSlotIT extends ScriptedActuator {
    private static final String AVAILABLE = label(Names.CONTROL, "true") + "," + label(Names.SERVICE_AVAILABLE, "1");
    private static final String WAITING = AVAILABLE + ","
            + label(Names.key(Names.OPERATING, FakeRuleWorld.UPDATE), "1") + ","
            + label(Names.key(Names.OPERATION_TYPE, FakeRuleWorld.UPDATE), "update") + ","
            + label(Names.key(Names.PRE_CHECK, FakeRuleWorld.UPDATE), "1");
    private static final String IN_SERVICE = TRUE + "," + condition(PodCondition.CONTAINERS_READY) + ","
            + condition(PodCondition.READY) + "," + condition(PodCondition.SCHEDULED);

    private final PodRecord other = Pods.pod("b").version(10).available().build();
    private final FakeRuleWorld world =
            FakeRuleWorld.with(Rules.maxUnavailable("web", 1)).put(other);
    private final List<CountDownLatch> answers =
            List.of(new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1));

    @BeforeEach
    void join() {
        gate = new LifecycleGate(world.admission, Intentions.none(), Unused.endpoints(), Unused.employers())
                .minding(actuator, Nodes.reachable());
        world.obstacles = actuator;
        reports = world.admission;
        cache.onChange((before, after) -> {
            if (after != null) {
                world.put(after);
            }
        });
    }

    /**
     * @param request the one that is under way when the other Pod asks: 1 the first try, 2 the read after its conflict, 3 the second try
     * @param isShown whether the watch shows the annotation before
     */
    @ParameterizedTest
    @CsvSource({
        "1, true, true",
        "1, false, false",
        "2, true, true",
        "2, false, false",
        "3, true, false",
        "3, false, false"
    })
    void theSlotIsNeverGivenTwice(int request, boolean isShown, boolean isOthers) throws IOException {
        PodRecord seen = show(20);
        api.answers(200, shown(20, AVAILABLE + "," + label("operating.kusionstack.io/probe", "true"), IN_SERVICE));
        api.answersFrom(answers.get(0), 409, "{}");
        api.answersFrom(answers.get(1), 200, shown(21, AVAILABLE, IN_SERVICE));
        api.answersFrom(answers.get(2), 200, shown(22, AVAILABLE, FALSE));

        write(PodOps.begin(seen, FakeRuleWorld.UPDATE, "update", FakeRuleWorld.NOW));
        for (int answered = 1; answered < request; answered++) {
            awaitRequest(answered);
            answers.get(answered - 1).countDown();
        }
        awaitRequest(request);
        if (isShown) {
            show(21);
        }
        boolean admitted = world.lets(other);
        answers.forEach(CountDownLatch::countDown);
        awaitResults(isOthers ? List.of("CONFLICT", "NOT_SENT", "CONFLICT") : List.of("CONFLICT", "WRITTEN"));

        assertThat(admitted).isEqualTo(isOthers);
        assertThat(leaving()).hasSize(isOthers ? 1 : 2);
    }

    @Test
    void aPodInServiceLeavesItsSlotToOthersWhileItMeetsOneConflictAfterAnother() throws IOException {
        show(20, WAITING);
        world.pass("web");
        api.answers(200, shown(20, WAITING + "," + label("operating.kusionstack.io/probe", "true"), IN_SERVICE));
        for (int conflicts = 1; conflicts <= 5; conflicts++) {
            assertThat(world.lets(other)).as("before conflict %d", conflicts).isFalse();
            api.answers(409, "{}").answers(200, shown(20 + conflicts, changed(20 + conflicts), IN_SERVICE));
            look();
            awaitResults(Collections.nCopies(conflicts, "CONFLICT"));
        }

        assertThat(world.lets(other)).isTrue();
        look();
        Cluster.await().until(() -> results.size() == 6);
        assertThat(leaving()).as("not written during the pause").hasSize(5);
        world.remove("b");
        ahead = Duration.ofSeconds(61);
        api.answers(200, shown(26, changed(25), FALSE));
        look();
        awaitResults(List.of("CONFLICT", "CONFLICT", "CONFLICT", "CONFLICT", "CONFLICT", "NOT_SENT", "WRITTEN"));
    }

    private static String changed(long version) {
        return WAITING + "," + label("example.com/tick", "" + version);
    }

    /** As the lifecycle looks at a Pod. */
    private void look() {
        write(PodEdit.of(cache.byUid("uid-a").orElseThrow()));
    }

    private PodRecord show(long version) throws IOException {
        return show(version, AVAILABLE);
    }

    private PodRecord show(long version, String labels) throws IOException {
        cache.observe(cache.parse(shown(version, labels, IN_SERVICE).getBytes(StandardCharsets.UTF_8)));
        return cache.byUid("uid-a").orElseThrow();
    }

    /** After the dry run that asks whether labels travel with a status. */
    private void awaitRequest(int number) {
        Cluster.await().until(() -> api.requests().size() == 1 + number);
    }

    private void awaitResults(List<String> words) {
        awaitResults(words.toArray(String[]::new));
    }

    /** The requests that take the first Pod out of service. */
    private List<String> leaving() {
        List<String> sent = new ArrayList<>(api.requests());
        sent.removeIf(request -> !request.startsWith("PATCH " + POD + "/status?timeout"));
        return sent;
    }

    private static String label(String key, String value) {
        return "\"" + key + "\":\"" + value + "\"";
    }

    private static String condition(String type) {
        return "{\"type\":\"" + type + "\",\"status\":\"True\"}";
    }
}
