package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.CollaSetSpec;
import io.kusionstack.operating.host.model.PodTransitionRule;
import io.kusionstack.operating.host.plan.Obstacles;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.rules.admit.RuleWorld.Workload;
import io.kusionstack.operating.host.rules.spec.Rules;
import io.kusionstack.operating.host.world.Pods;
import io.kusionstack.operating.host.world.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How many Pods a set wants, as rules count them. */
class CachedRuleWorldTest {
    private static final String INVALID = "conditions: [{type: Stalled, status: 'True', reason: InvalidSpec}]";
    private static final CollaSetSpec ACCEPTED =
            set("replicas: 4, template: {metadata: {labels: {app: web}}}", "").getSpec();

    @Test
    void aSpecThatIsInForceSaysHowManyPodsAreWanted() {
        assertThat(workload(set("replicas: 6, template: {metadata: {labels: {app: web}}}", "replicas: 2"), ACCEPTED))
                .isEqualTo(new Workload("uid-web", 6, Map.of("app", "web", "kusionstack.io/control", "true")));
    }

    @Test
    void aSpecThatIsNotAcceptedLeavesTheOneBeforeInForce() {
        Workload before = new Workload("uid-web", 4, Map.of("app", "web", "kusionstack.io/control", "true"));

        assertThat(workload(set("replicas: 9", "replicas: 3, " + INVALID), ACCEPTED))
                .isEqualTo(before);
        assertThat(workload(
                        set(
                                "replicas: 9",
                                "conditions: [{type: Stalled, status: 'True', reason: ScaleOutFailed},"
                                        + " {type: Update, status: 'False', reason: InvalidSpec}]"),
                        ACCEPTED))
                .isEqualTo(before);
        assertThat(workload(set("replicas: 2147483647", "replicas: 3"), ACCEPTED))
                .isEqualTo(before);
    }

    @Test
    void aSetThatNeverHadASpecInForceWantsWhatItHas() {
        assertThat(workload(set("replicas: 9", "replicas: 3, " + INVALID), null).replicas())
                .isEqualTo(3);
    }

    @Test
    void untilASpecIsObservedTheLargerOneCounts() {
        assertThat(workload(set("replicas: 1", "observedGeneration: 0, replicas: 4"), ACCEPTED)
                        .replicas())
                .isEqualTo(4);
        assertThat(workload(set("replicas: 1", "observedGeneration: 1, replicas: 4"), ACCEPTED)
                        .replicas())
                .isEqualTo(1);
        assertThat(workload(set("replicas: 6", "observedGeneration: 0, replicas: 4"), ACCEPTED)
                        .replicas())
                .isEqualTo(6);
    }

    @Test
    void rulesLookAgainWhenASetIsToLeaveItsPods() {
        CollaSet deleted = set("replicas: 3", "replicas: 3");
        deleted.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
        CollaSet orphaning = set("replicas: 3", "replicas: 3");
        orphaning.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
        orphaning.getMetadata().setFinalizers(List.of("orphan"));

        assertThat(CachedRuleWorld.wanted(deleted).isLike(CachedRuleWorld.wanted(orphaning)))
                .isFalse();
    }

    @Test
    void aRefusedPodIsJudgedAgainWhenItsSetWantsAnotherNumberOfPods() {
        PodRecord pod =
                FakeRuleWorld.waiting(Pods.pod("a").available().ownedBy("web").build(), 2, "100");
        FakeRuleWorld world = FakeRuleWorld.with(Rules.maxUnavailable("web", 1)).put(pod);
        Sets sets = new Sets();
        world.admission.listenTo(new PodCache(Set.of()), new NoRules(), sets);
        world.pass("web");
        world.asks(pod);
        world.admission.settled(pod.ref(), Results.of("REFUSED"));
        assertThat(world.woken("web")).isEmpty();
        CollaSet raised = set("replicas: 4", "replicas: 3");
        raised.getMetadata().setGeneration(2L);

        sets.change(set("replicas: 3", "replicas: 3"), raised);

        assertThat(world.woken("web")).containsExactly("a");
    }

    @Test
    void aSetThatIsDeletedWantsNoneUnlessItsPodsAreToStay() {
        CollaSet deleted = set("replicas: 3", "replicas: 3");
        deleted.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
        Sets sets = new Sets();
        sets.all.add(deleted);
        assertThat(workloads(sets, null)).extracting(Workload::replicas).containsExactly(0);

        deleted.getMetadata().setFinalizers(List.of("orphan"));

        assertThat(workloads(sets, null)).isEmpty();
    }

    @Test
    void whatADeletedSetHasBegunGetsNoSlotAndItsDeletionDoes() {
        CollaSet deleted = set("replicas: 3", "replicas: 3");
        deleted.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
        Sets sets = new Sets();
        sets.all.add(deleted);
        RuleWorld world = world(sets, null);
        PodRecord pod = Pods.pod("a").available().ownedBy("web").build();
        PodRecord other = Pods.pod("b").available().ownedBy("other").build();

        assertThat(world.ahead(pod, List.of("collaset")).orElseThrow().reason()).isEqualTo(Reason.SUPERSEDED);
        assertThat(world.ahead(pod, List.of("collaset", "pod-delete"))).isEmpty();
        assertThat(world.ahead(other, List.of("collaset"))).isEmpty();
        deleted.getMetadata().setDeletionTimestamp(null);
        assertThat(world.ahead(pod, List.of("collaset"))).isEmpty();
    }

    @Test
    void rulesLookAgainWhenASetSaysThatItsSpecIsNotInForce() {
        List<Key> looked = new ArrayList<>();
        Sets sets = new Sets();
        RuleAdmission admission =
                new RuleAdmission(FakeRuleWorld.with(Rules.maxUnavailable("web", 1)), FakeRuleWorld.NOW, looked::add);
        admission.ruleChanged(FakeRuleWorld.key("web"));
        admission.admitWaiting(FakeRuleWorld.key("web"), FakeRuleWorld.NOW);
        admission.listenTo(new PodCache(Set.of()), new NoRules(), sets);
        looked.clear();

        sets.change(set("replicas: 3", "replicas: 3"), set("replicas: 3", "replicas: 3, " + INVALID));

        assertThat(looked).containsExactly(FakeRuleWorld.key("web"));
    }

    private static Workload workload(CollaSet set, CollaSetSpec accepted) {
        Sets sets = new Sets();
        sets.all.add(set);
        return workloads(sets, accepted).getFirst();
    }

    private static List<Workload> workloads(Sets sets, CollaSetSpec accepted) {
        return world(sets, accepted).workloads(Pods.NAMESPACE);
    }

    private static RuleWorld world(Sets sets, CollaSetSpec accepted) {
        return RuleWorld.of(
                new PodCache(Set.of()),
                new NoRules(),
                new RuleWorld.Sets(sets, any -> Optional.ofNullable(accepted), any -> List.of()),
                Obstacles.none());
    }

    private static CollaSet set(String spec, String status) {
        String yaml = "{metadata: {name: web, namespace: %s, uid: uid-web, generation: 1}, spec: {%s}, status: {%s}}"
                .formatted(Pods.NAMESPACE, spec, status);
        try {
            return new YAMLMapper().readValue(yaml, CollaSet.class);
        } catch (JsonProcessingException unreadable) {
            throw new IllegalArgumentException(yaml, unreadable);
        }
    }

    private static final class Sets implements ObjectCache<CollaSet> {
        final List<CollaSet> all = new ArrayList<>();
        private final List<ObjectCache.ObjectListener<CollaSet>> listeners = new ArrayList<>();

        void change(CollaSet before, CollaSet after) {
            listeners.forEach(listener -> listener.changed(before, after));
        }

        @Override
        public Optional<CollaSet> get(Key key) {
            return all.stream().findFirst();
        }

        @Override
        public List<CollaSet> list(String namespace) {
            return all;
        }

        @Override
        public void onChange(ObjectCache.ObjectListener<CollaSet> listener) {
            listeners.add(listener);
        }
    }

    private static final class NoRules implements ObjectCache<PodTransitionRule> {
        @Override
        public Optional<PodTransitionRule> get(Key key) {
            return Optional.empty();
        }

        @Override
        public List<PodTransitionRule> list(String namespace) {
            return List.of();
        }

        @Override
        public void onChange(ObjectCache.ObjectListener<PodTransitionRule> listener) {}
    }
}
