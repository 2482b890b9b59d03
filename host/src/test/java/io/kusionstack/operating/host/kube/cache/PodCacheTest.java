package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PodCacheTest {
    private static final PodRecord A = Pods.pod("a").version(10).build();

    private final PodCache cache = new PodCache(Set.of());

    @Test
    void findsAPodByNameUidOwnerNamespaceAndNode() {
        PodRecord web =
                Pods.pod("web").ownedBy("set").node("n1").label("app", "web").build();
        PodRecord db = Pods.pod("db").in("other").node("n2").label("app", "web").build();
        cache.observe(web);
        cache.observe(db);

        assertThat(cache.get(new Key("shop", "web"))).contains(web);
        assertThat(cache.byUid("uid-db")).contains(db);
        assertThat(cache.ownedBy("uid-set")).containsExactly(web);
        assertThat(cache.inNamespace("other")).containsExactly(db);
        assertThat(cache.onNode("n2")).containsExactly(db);
    }

    @Test
    void forgetsThePlacesOfAPodThatMovedOrWent() {
        cache.observe(Pods.pod("a").version(1).ownedBy("one").node("n1").build());
        cache.observe(Pods.pod("a").version(2).ownedBy("two").node("n2").build());
        assertThat(cache.ownedBy("uid-one")).isEmpty();
        assertThat(cache.ownedBy("uid-two")).hasSize(1);

        cache.gone("uid-a");

        assertThat(cache.ownedBy("uid-two")).isEmpty();
        assertThat(cache.onNode("n2")).isEmpty();
        assertThat(cache.get(new Key("shop", "a"))).isEmpty();
    }

    @Test
    void countsTheLivePodsOfAControllerWhateverTheirLabels() {
        cache.observe(Pods.pod("a").ownedBy("set").build());
        cache.observe(Pods.pod("b").ownedBy("set").label("app", "odd").build());
        cache.observe(Pods.pod("c").ownedBy("set").phase("Failed").build());
        cache.observe(Pods.pod("d").ownedBy("set").terminating().build());
        cache.observe(Pods.pod("e").build());

        assertThat(cache.alive("uid-set")).isEqualTo(2);

        cache.observe(Pods.pod("b").version(2).build());
        cache.gone("uid-a");
        assertThat(cache.alive("uid-set")).isZero();
    }

    @Test
    void knowsThePodsThatNobodyControls() {
        PodRecord alone = Pods.pod("alone").version(2).build();
        cache.observe(Pods.pod("alone").ownedBy("set").build());
        cache.observe(Pods.pod("owned").ownedBy("set").build());
        assertThat(cache.orphans("shop")).isEmpty();

        cache.observe(alone);
        assertThat(cache.orphans("shop")).containsExactly(alone);

        cache.observe(Pods.pod("alone").version(3).ownedBy("other").build());
        assertThat(cache.orphans("shop")).isEmpty();
    }

    @Test
    void keepsTheNewerOfTwoRecordsAsANumber() {
        cache.observe(A);
        cache.observe(Pods.pod("a").version(9).label("old", "1").build());

        assertThat(cache.byUid("uid-a")).contains(A);
    }

    @Test
    void learnsAResponseOfAKnownPodOnly() {
        assertThat(cache.learn(A, cache.epoch())).isFalse();
        cache.observe(A);
        PodRecord newer = Pods.like(A).version(11).build();

        assertThat(cache.learn(newer, cache.epoch())).isTrue();
        assertThat(cache.learn(A, cache.epoch())).isFalse();
        cache.gone("uid-a");
        assertThat(cache.learn(Pods.like(A).version(12).build(), cache.epoch())).isFalse();
        assertThat(cache.size()).isZero();
    }

    @Test
    void learnsNoResponseOfARequestFromAnotherEpoch() {
        cache.observe(A);
        long before = cache.epoch();
        cache.beginEpoch();
        PodRecord restored = Pods.like(A).version(3).build();
        cache.settle("", List.of(restored));

        assertThat(cache.learn(Pods.like(A).version(11).build(), before)).isFalse();
        assertThat(cache.byUid("uid-a")).contains(restored);
    }

    @Test
    void tellsThatANewEpochHasBegun() {
        List<Boolean> settled = new ArrayList<>();
        cache.onNewEpoch(() -> settled.add(cache.isSettled()));

        cache.beginEpoch();

        assertThat(settled).containsExactly(false);
    }

    @Test
    void isNotToBeActedOnUntilTheListOfANewEpochIsComplete() {
        cache.observe(A);
        cache.observe(Pods.pod("b").version(20).build());

        cache.beginEpoch();
        assertThat(cache.isSettled()).isFalse();
        assertThat(cache.highestVersion()).isZero();
        cache.settle("", List.of(Pods.like(A).version(3).build()));

        assertThat(cache.isSettled()).isTrue();
        assertThat(cache.byUid("uid-a").map(PodRecord::resourceVersion)).contains(3L);
        assertThat(cache.byUid("uid-b")).isEmpty();
        assertThat(cache.highestVersion()).isEqualTo(3);
    }

    @Test
    void mergesAListOfTheSameEpoch() {
        PodRecord learned = Pods.pod("learned").version(30).build();
        PodRecord elsewhere = Pods.pod("elsewhere").in("other").version(1).build();
        cache.observe(A);
        cache.observe(learned);
        cache.observe(elsewhere);
        cache.observe(Pods.pod("b").version(15).build());

        cache.keepOnly("shop", Set.of("uid-b"), 20);

        assertThat(cache.byUid("uid-a")).isEmpty();
        assertThat(cache.byUid("uid-b")).isPresent();
        assertThat(cache.byUid("uid-learned")).contains(learned);
        assertThat(cache.byUid("uid-elsewhere")).contains(elsewhere);
    }

    @Test
    void tellsWhatChanged() {
        List<String> changes = new ArrayList<>();
        cache.observe(A);
        cache.onChange((before, after) -> changes.add(version(before) + "->" + version(after)));

        cache.observe(Pods.like(A).version(11).build());
        cache.observe(A);
        cache.wake("uid-a");
        cache.gone("uid-a");
        cache.gone("uid-a");

        assertThat(changes).containsExactly("0->10", "10->11", "11->11", "11->0");
    }

    private static long version(PodRecord pod) {
        return pod == null ? 0 : pod.resourceVersion();
    }

    @Test
    void readsAVersionAnewOnceAnotherEpochBegins() throws IOException {
        byte[] answer = PodEncodings.protobuf("{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"namespace\":\"shop\","
                + "\"uid\":\"uid-a\",\"resourceVersion\":\"7\"}}");
        PodRecord known = Pods.pod("a").version(7).label("app", "web").build();
        cache.observe(known);
        assertThat(cache.parse(answer)).isSameAs(known);

        cache.beginEpoch();

        assertThat(cache.parse(answer).labels()).isEmpty();
    }

    @Test
    void readsTheAnswerAnewThatShowsATerminatingPodWithoutItsLastFinalizerUnderItsVersion() throws IOException {
        byte[] answer = PodEncodings.protobuf("{\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"namespace\":\"shop\","
                + "\"uid\":\"uid-a\",\"resourceVersion\":\"7\",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"}}");
        cache.observe(Pods.pod("a").version(7).finalizer("f/last").terminating().build());

        assertThat(cache.parse(answer).finalizers()).isEmpty();
    }
}
