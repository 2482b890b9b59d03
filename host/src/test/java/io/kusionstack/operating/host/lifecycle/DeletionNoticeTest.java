package io.kusionstack.operating.host.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodEdit;
import io.kusionstack.operating.host.plan.PodGate.Advance;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class DeletionNoticeTest {
    private static final Instant NOW = Pods.CREATED.plusSeconds(3600);
    private static final String JUST_NOW = LabelTime.of(NOW.minusSeconds(10));

    private final LifecycleGate gate = LifecycleGates.rejecting();

    @Test
    void lastsAsLongAsAnOperationOfTheOperatorIsBegun() {
        List<UnaryOperator<Pods>> begun = List.of(
                pod -> pod.available().preCheck("collaset", "scale-in"),
                pod -> pod.offline().protectedBy("lb").preparing("collaset", "update"),
                pod -> pod.offline().operating("pod-delete", "delete"),
                pod -> pod.available().label(LifecycleLabel.OPERATING.key("collaset"), Pods.STAMP));
        List<UnaryOperator<Pods>> over = List.of(
                pod -> pod.offline().postCheck("collaset", "update"),
                pod -> pod.ready().completing("collaset", "update"),
                pod -> pod.offline()
                        .operating("pod-delete", "delete")
                        .label(LifecycleLabel.UNDO_OPERATION_TYPE.key("pod-delete"), "delete"),
                pod -> pod.offline().preparing("collaset", "update").without(LifecycleLabel.OPERATING.key("collaset")));
        List<UnaryOperator<Pods>> besides = List.of(pod -> pod, pod -> pod.preCheck("job", "dump"));

        for (UnaryOperator<Pods> other : besides) {
            begun.forEach(state -> assertThat(after(noticed(other.apply(state.apply(Pods.pod("a"))))))
                    .matches(DeletionNoticeTest::isNoticed));
            over.forEach(state -> assertThat(after(noticed(other.apply(state.apply(Pods.pod("a"))))))
                    .matches(pod -> !isNoticed(pod)));
        }
    }

    @Test
    void oneThatIsFoundWithoutAnOperationGoesAfterHalfAMinute() {
        PodRecord fresh = noticed(Pods.pod("a").available());
        PodRecord old = Pods.like(fresh)
                .label(Names.PREPARING_TO_DELETE, LabelTime.of(NOW.minusSeconds(30)))
                .build();

        assertThat(advance(fresh)).isEqualTo(new Advance(PodEdit.of(fresh), List.of(), lookAfter(20)));
        assertThat(after(old).labels())
                .isEqualTo(Pods.pod("a").available().build().labels());
    }

    @Test
    void oneBesideAnOperationThatAClientHasBegunIsTheClients() {
        PodRecord pod = Pods.pod("a")
                .offline()
                .operating("job", "dump")
                .label(Names.PREPARING_TO_DELETE, "true")
                .build();

        assertThat(advance(pod).edit().isEmpty()).isTrue();
    }

    @Test
    void anOperationThatKeepsThePodTakesNoNoticeOver() {
        PodRecord idle = noticed(Pods.pod("a").available());
        PodRecord waiting = noticed(Pods.pod("a").available().preCheck("collaset", "update"));

        assertThat(isNoticed(idle.with(PodOps.begin(idle, "collaset", "update", NOW))))
                .isFalse();
        assertThat(PodOps.begin(waiting, "collaset", "update", NOW).labels().removed())
                .as("a re-creation that is made in place now")
                .containsExactly(Names.PREPARING_TO_DELETE);
    }

    @Test
    void goesWithTheFinishOfAnOperationThatDidNotDelete() {
        PodRecord pod = noticed(Pods.pod("a").offline().operating("collaset", "update"));
        PodRecord both = noticed(Pods.like(pod).preCheck("pod-delete", "delete"));

        assertThat(isNoticed(pod.with(PodOps.finish(pod, "collaset")))).isFalse();
        assertThat(isNoticed(both.with(PodOps.finish(both, "collaset")))).isTrue();
    }

    private static Optional<Duration> lookAfter(long seconds) {
        return Optional.of(Duration.ofSeconds(seconds));
    }

    private static PodRecord noticed(Pods pod) {
        return pod.label(Names.PREPARING_TO_DELETE, JUST_NOW).build();
    }

    private static boolean isNoticed(PodRecord pod) {
        return pod.hasLabel(Names.PREPARING_TO_DELETE);
    }

    private Advance advance(PodRecord pod) {
        return gate.advance(pod, PodEdit.of(pod), NOW);
    }

    private PodRecord after(PodRecord pod) {
        return pod.with(advance(pod).edit());
    }
}
