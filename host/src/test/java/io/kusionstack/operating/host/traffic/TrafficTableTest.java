package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.plugin.traffic.Serving;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Every Pod state, with every state of its backend, with and without finalizer, before and after an observation that counts. */
class TrafficTableTest {
    private static final Map<String, UnaryOperator<Pods>> STATES = states();
    private static final List<Long> OFF_SINCE = List.of(0L, Scene.TICKET - 1, Scene.TICKET, Scene.TICKET + 1);

    private record Case(
            String state,
            Optional<Serving> seen,
            boolean isProtected,
            boolean targeted,
            long offSince,
            boolean named) {}

    @Test
    void movesFinalizersAndBackendsOnlyOnWhatWasSeen() {
        List<Case> cases = cases();
        assertThat(cases).hasSizeGreaterThan(700);
        cases.forEach(TrafficTableTest::check);
    }

    private static Map<String, UnaryOperator<Pods>> states() {
        Map<String, UnaryOperator<Pods>> states = new LinkedHashMap<>();
        states.put("ready", Pods::ready);
        states.put("kubelet not there yet", pod -> pod.ready().condition("Ready", "False"));
        states.put("gate closed", Pods::offline);
        states.put(
                "gate absent", pod -> pod.condition("ContainersReady", "True").condition("Ready", "True"));
        states.put("containers not ready", pod -> pod.ready().unready());
        states.put("terminating", pod -> pod.ready().terminating());
        states.put("ended", pod -> pod.ready().phase("Succeeded"));
        states.put("without address", pod -> pod.ready().ips());
        states.put("ungated and ready", pod -> pod.ungated().ready());
        return Map.copyOf(states);
    }

    private static List<Case> cases() {
        List<Optional<Serving>> seen = new ArrayList<>(List.of(Optional.empty()));
        for (Serving serving : Serving.values()) {
            seen.add(Optional.of(serving));
        }
        List<Case> cases = new ArrayList<>();
        for (String state : STATES.keySet()) {
            for (Optional<Serving> serving : seen) {
                for (long offSince : OFF_SINCE) {
                    for (int bits = 0; bits < 8; bits++) {
                        cases.add(new Case(state, serving, (bits & 1) > 0, (bits & 2) > 0, offSince, (bits & 4) > 0));
                    }
                }
            }
        }
        return cases;
    }

    private static void check(Case is) {
        PodRecord pod = pod(is);
        Scene scene = new Scene();
        is.seen().ifPresent(serving -> scene.shows(is.named() ? pod.uid() : "", "10.0.0.1", 8080, serving));
        TrafficPlan plan = (is.targeted() ? scene.pod(pod, is.offSince()) : scene.left(pod, is.offSince())).plan();
        LoadBalancerPlan loadBalancer = plan.loadBalancers().getFirst();
        boolean wanted = is.targeted() && is.offSince() == 0 && ServicePod.isFit(pod);
        boolean ours = is.seen().filter(serving -> serving != Serving.FOREIGN).isPresent();

        boolean last = !is.targeted() && ServicePod.isFit(pod);
        assertThat(loadBalancer.off().isEmpty() && loadBalancer.dead().isEmpty())
                .as("taken off: %s", is)
                .isEqualTo(!ours || wanted || last);
        assertThat(loadBalancer.on().isEmpty())
                .as("put on: %s", is)
                .isEqualTo(!wanted || is.seen().equals(Optional.of(Serving.FOREIGN)));
        boolean on = wanted && is.seen().equals(Optional.of(Serving.ON));
        boolean mayBeForeign = is.seen().isPresent() && !pod.ips().isEmpty();
        boolean neverPutOn = !is.targeted() && !is.isProtected() && mayBeForeign;
        boolean clear = !wanted && !ours && (neverPutOn || !mayBeForeign && is.offSince() < Scene.TICKET);
        List<PodEdit> edits = plan.edits().stream()
                .map(action -> ((Action.EditPod) action).edit())
                .toList();
        assertThat(edits.stream().anyMatch(edit -> !edit.addFinalizers().isEmpty()))
                .as("finalizer added: %s", is)
                .isEqualTo(on && !is.isProtected() && pod.ready());
        assertThat(edits.stream().anyMatch(edit -> !edit.removeFinalizers().isEmpty()))
                .as("finalizer removed: %s", is)
                .isEqualTo(clear && is.isProtected());
        assertThat(plan.pods().getFirst().clear()).as("clear: %s", is).isEqualTo(clear);
        if (!clear && !on && (wanted || is.isProtected() || ours)) {
            assertThat(plan.pods().getFirst().known().waits())
                    .as("a reason: %s", is)
                    .isNotEmpty();
        }
    }

    private static PodRecord pod(Case is) {
        Pods pod =
                STATES.get(is.state()).apply(Pods.pod("a").label("app", "web").ips("10.0.0.1"));
        if (is.isProtected()) {
            pod.finalizer(Scene.FINALIZER).annotation(Names.AVAILABLE_CONDITIONS, Scene.EXPECTING);
        }
        return pod.build();
    }
}
