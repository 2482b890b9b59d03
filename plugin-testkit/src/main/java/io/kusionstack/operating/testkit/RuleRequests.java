package io.kusionstack.operating.testkit;

import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.PodView;
import io.kusionstack.operating.plugin.Stage;
import io.kusionstack.operating.plugin.rule.RuleRef;
import io.kusionstack.operating.plugin.rule.RuleRequest;
import io.kusionstack.operating.plugin.rule.WaitingPod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes questions to a rule, for tests, as the host would: at {@link Stage#PRE_CHECK}, about Pods of an update, without a memory and with 10
 * seconds to answer unless told otherwise. Each method changes and returns the same object.
 *
 * <pre>{@code
 * RuleRequest request = RuleRequests.about(Pods.pod("web-0").view()).at(noon).memory(Map.of("ticket", "17")).request();
 * }</pre>
 */
public final class RuleRequests {
    private static final Duration TIME = Duration.ofSeconds(10);
    private static final RuleRef OBJECT = new RuleRef("default", "web", "uid-rule-web", 1);

    private final List<PodRef> waiting;
    private List<PodView> selected;
    private RuleRef object = OBJECT;
    private String rule = "rule";
    private Stage stage = Stage.PRE_CHECK;
    private Map<String, String> memory = Map.of();
    private String key = "key";
    private Instant now = Instant.now();
    private Optional<Instant> deadline = Optional.empty();
    private Runnable waker = () -> {};

    private RuleRequests(List<PodView> selected, List<PodRef> waiting) {
        this.selected = List.copyOf(selected);
        this.waiting = List.copyOf(waiting);
    }

    /** All these Pods are selected, and wait. */
    public static RuleRequests about(PodView... pods) {
        return about(List.of(pods));
    }

    /** All these Pods are selected, and wait. */
    public static RuleRequests about(List<PodView> pods) {
        return new RuleRequests(pods, pods.stream().map(PodView::ref).toList());
    }

    /** These Pods wait; they need not be among the selected ones. */
    public static RuleRequests aboutRefs(List<PodRef> pods) {
        return new RuleRequests(List.of(), pods);
    }

    /** More Pods that the rule selects, and that do not wait. */
    public RuleRequests selecting(List<PodView> others) {
        List<PodView> all = new ArrayList<>(selected);
        all.addAll(others);
        selected = List.copyOf(all);
        return this;
    }

    public RuleRequests object(RuleRef of) {
        object = of;
        return this;
    }

    public RuleRequests rule(String name) {
        rule = name;
        return this;
    }

    public RuleRequests stage(Stage at) {
        stage = at;
        return this;
    }

    public RuleRequests memory(Map<String, String> remembered) {
        memory = Map.copyOf(remembered);
        return this;
    }

    public RuleRequests key(String same) {
        key = same;
        return this;
    }

    public RuleRequests at(Instant time) {
        now = time;
        return this;
    }

    public RuleRequests until(Instant end) {
        deadline = Optional.of(end);
        return this;
    }

    public RuleRequests waker(Runnable wakes) {
        waker = wakes;
        return this;
    }

    public RuleRequest request() {
        return new RuleRequest(
                object,
                rule,
                stage,
                selected,
                waiting.stream().map(this::waiting).toList(),
                memory,
                key,
                now,
                deadline.orElseGet(() -> now.plus(TIME)),
                waker);
    }

    private WaitingPod waiting(PodRef pod) {
        String id = String.join("/", object.uid(), rule, stage.name(), pod.uid());
        return new WaitingPod(
                pod,
                List.of(new WaitingPod.Operation("collaset", "update", Optional.of(now))),
                UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString());
    }
}
