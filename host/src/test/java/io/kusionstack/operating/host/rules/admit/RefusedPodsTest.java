package io.kusionstack.operating.host.rules.admit;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RefusedPodsTest {
    private final RefusedPods refused = new RefusedPods();
    private final PodRecord a = Pods.pod("a").version(3).build();
    private final PodRecord b = Pods.pod("b").version(3).build();

    @Test
    void holdsAPodBackUntilANewerRecord() {
        refused.add(a, 3);

        assertThat(refused.holdsBack(a)).isTrue();
        assertThat(refused.holdsBack(Pods.like(a).version(4).build())).isFalse();
        assertThat(refused.holdsBack(b)).isFalse();
    }

    @Test
    void forgivesThePodsOfOneWorkloadOnly() {
        PodRecord ofWeb = owned(a, "web");
        PodRecord ofDb = owned(b, "db");
        refused.add(ofWeb, 3);
        refused.add(ofDb, 3);

        assertThat(refused.forgive(uid(ofWeb))).isEqualTo(Map.of(ofWeb.uid(), "a"));

        assertThat(refused.holdsBack(ofWeb)).isFalse();
        assertThat(refused.holdsBack(ofDb)).isTrue();
        assertThat(refused.forgive(uid(ofWeb))).isEmpty();
    }

    @Test
    void aPodThatIsRefusedAgainIsForgivenForTheWorkloadItHasNow() {
        PodRecord before = owned(a, "web");
        PodRecord after = owned(Pods.like(a).version(5).build(), "db");
        refused.add(before, 3);
        refused.add(after, 5);

        assertThat(refused.forgive(uid(before))).isEmpty();
        assertThat(refused.forgive(uid(after))).isEqualTo(Map.of(a.uid(), "a"));
    }

    @Test
    void aWriteThatIsTakenNamesTheWorkloadWhoseOthersAreForgiven() {
        PodRecord ofWeb = owned(a, "web");
        refused.add(ofWeb, 3);

        assertThat(refused.taken(ofWeb)).isEmpty();
        PodRecord later = owned(Pods.like(a).version(4).build(), "web");
        assertThat(refused.taken(later)).contains(uid(ofWeb));
        assertThat(refused.taken(later)).isEmpty();
    }

    @Test
    void keepsOnlyThePodsThatThereAre() {
        refused.add(owned(a, "web"), 3);
        refused.add(b, 3);

        refused.keepOnly(Set.of(b.uid()));

        assertThat(refused.holdsBack(a)).isFalse();
        assertThat(refused.holdsBack(b)).isTrue();
        assertThat(refused.forgive(uid(owned(a, "web")))).isEmpty();
    }

    private static PodRecord owned(PodRecord pod, String set) {
        return Pods.like(pod).ownedBy(set).build();
    }

    private static String uid(PodRecord pod) {
        return pod.controller().orElseThrow().uid();
    }
}
