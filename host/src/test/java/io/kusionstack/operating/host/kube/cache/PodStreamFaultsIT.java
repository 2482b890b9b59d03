package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.Cluster;
import io.kusionstack.operating.host.kube.CountingMetrics;
import io.kusionstack.operating.host.kube.FakeApi;
import io.kusionstack.operating.host.plan.PodRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What an API server does after a restore, or when it is old, told by a scripted one, in each encoding. */
@ParameterizedClass
@EnumSource(PodStream.Encoding.class)
class PodStreamFaultsIT {
    private static final String FROM = "GET /api/v1/namespaces/shop/pods?";
    private static final String WATCH_ALL =
            FROM + "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

    @TempDir
    Path folder;

    private final FakeApi api = new FakeApi();
    private final PodCache cache;
    private final CountingMetrics metrics = new CountingMetrics();

    PodStreamFaultsIT(PodStream.Encoding encoding) {
        this.cache = new PodCache(Set.of(), encoding);
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void listsAgainWhenTheServerHasNotComeAsFarAsItHadBeforeARestore() {
        api.answers(200, FakeApi.added("a", 100), FakeApi.added("b", 101), FakeApi.listEnds(101))
                .answers(
                        504,
                        "{\"kind\":\"Status\",\"reason\":\"Timeout\",\"message\":\"Timeout: Too large resource version\","
                                + "\"details\":{\"causes\":[{\"reason\":\"ResourceVersionTooLarge\"}]},\"code\":504}")
                .answersAndStays(FakeApi.added("a", 50), FakeApi.listEnds(60));

        try (PodStream stream = started()) {
            Cluster.await().until(() -> versions().equals(Map.of("a", 50L)));
        }

        assertThat(metrics.count("relisted Pod epoch")).isEqualTo(1);
        assertThat(api.requests())
                .startsWith(
                        WATCH_ALL, FROM + "limit=1&resourceVersionMatch=NotOlderThan&resourceVersion=101", WATCH_ALL);
    }

    @Test
    void listsAgainWhenTheServersListIsOlderThanWhatWasSeen() {
        api.answers(200, FakeApi.added("a", 100), FakeApi.listEnds(101))
                .answers(200, FakeApi.list(70, ""))
                .answersAndStays(FakeApi.added("a", 50), FakeApi.listEnds(70));

        try (PodStream stream = started()) {
            Cluster.await().until(() -> versions().equals(Map.of("a", 50L)));
        }

        assertThat(metrics.count("relisted Pod epoch")).isEqualTo(1);
    }

    @Test
    void resumesFromTheLastVersionWithoutAList() {
        api.answers(200, FakeApi.added("a", 100), FakeApi.listEnds(101), FakeApi.added("b", 105))
                .answers(200, FakeApi.list(110, ""))
                .answersAndStays(FakeApi.event("DELETED", FakeApi.pod("a", 111)));

        try (PodStream stream = started()) {
            Cluster.await().until(() -> versions().equals(Map.of("b", 105L)));
        }

        assertThat(api.requests()).element(2).isEqualTo(FROM + "watch=1&resourceVersion=105&allowWatchBookmarks=true");
        assertThat(metrics.count("resumed Pod")).isEqualTo(1);
    }

    @Test
    void mergesANewListIntoTheCacheWhenTheServerHasForgotten() {
        api.answers(
                        200,
                        FakeApi.added("a", 100),
                        FakeApi.added("b", 100),
                        FakeApi.listEnds(101),
                        FakeApi.event("ERROR", FakeApi.gone()))
                .answersAndStays(FakeApi.added("b", 120), FakeApi.added("c", 121), FakeApi.listEnds(125));

        try (PodStream stream = started()) {
            Cluster.await().until(() -> versions().equals(Map.of("b", 120L, "c", 121L)));
        }

        assertThat(metrics.count("relisted Pod gone")).isEqualTo(1);
        assertThat(metrics.count("relisted Pod epoch")).isZero();
    }

    @Test
    void readsPagesWhereTheServerDoesNotStreamLists() {
        api.answers(422, "{\"kind\":\"Status\",\"code\":422,\"message\":\"sendInitialEvents is forbidden\"}")
                .answers(200, FakeApi.list(90, "more", FakeApi.pod("a", 80)))
                .answers(200, FakeApi.list(90, "", FakeApi.pod("b", 81)))
                .answersAndStays(FakeApi.added("c", 95));

        try (PodStream stream = started()) {
            Cluster.await().until(() -> versions().size() == 3 && stream.isSynced());
        }

        assertThat(api.requests())
                .containsExactly(
                        WATCH_ALL,
                        FROM + "limit=500",
                        FROM + "limit=500&continue=more",
                        FROM + "watch=1&resourceVersion=90&allowWatchBookmarks=true");
    }

    @Test
    void readsPagesWhereTheServerNeverSaysThatItsListIsComplete() {
        api.answers(200, FakeApi.added("a", 80))
                .answers(200, FakeApi.added("a", 80))
                .answers(200, FakeApi.list(90, "", FakeApi.pod("a", 80)))
                .answersAndStays(FakeApi.added("b", 95));

        try (PodStream stream = started()) {
            Cluster.await().until(() -> versions().size() == 2);
        }

        assertThat(api.requests()).contains(FROM + "limit=500");
    }

    @Test
    void readsNothingOfACompressedStreamAndGoesOnWithTheNext() {
        api.answersCompressed(FakeApi.added("a", 80), FakeApi.listEnds(90))
                .answersAndStays(FakeApi.added("b", 95), FakeApi.listEnds(96));

        try (PodStream stream = started()) {
            Cluster.await().until(() -> versions().equals(Map.of("b", 95L)));
        }

        assertThat(api.requests()).containsExactly(WATCH_ALL, WATCH_ALL);
        assertThat(api.acceptedEncodings()).containsOnly("identity");
    }

    @Test
    void asksEverMoreSeldomWhereEveryWatchIsClosedAtOnce() {
        api.answers(200, FakeApi.added("a", 100), FakeApi.listEnds(101));
        closedAtOnce(4);
        Instant begin = Instant.now();

        try (PodStream stream = started()) {
            Cluster.await().until(() -> versions().size() == 2);
        }

        assertThat(Duration.between(begin, Instant.now())).isGreaterThan(Duration.ofMillis(200 + 400 + 800));
    }

    @Test
    void listsEverMoreSeldomWhereTheServerHasForgottenEachTime() {
        for (int i = 0; i < 4; i++) {
            api.answers(200, FakeApi.added("a", 100), FakeApi.listEnds(101), FakeApi.event("ERROR", FakeApi.gone()));
        }
        api.answersAndStays(FakeApi.added("b", 120), FakeApi.listEnds(125));
        Instant begin = Instant.now();

        try (PodStream stream = started()) {
            Cluster.await().until(() -> versions().equals(Map.of("b", 120L)));
        }

        assertThat(Duration.between(begin, Instant.now())).isGreaterThan(Duration.ofMillis(200 + 400 + 800));
    }

    @Test
    void asksAtOnceWhereAWatchEndsThatLivedForAWhile() {
        api.answers(200, FakeApi.added("a", 100), FakeApi.listEnds(101));
        closedAtOnce(20);
        AtomicInteger looks = new AtomicInteger();

        try (PodStream stream = started(() -> Instant.EPOCH.plusSeconds(10 * looks.incrementAndGet()))) {
            // were these failures, the pauses would take longer than a minute
            Cluster.await().until(() -> versions().size() == 2);
        }

        assertThat(metrics.count("resumed Pod")).isEqualTo(21);
    }

    private void closedAtOnce(int watches) {
        for (int i = 0; i < watches; i++) {
            api.answers(200, FakeApi.list(110, "")).answers(200);
        }
        api.answers(200, FakeApi.list(110, "")).answersAndStays(FakeApi.added("b", 120));
    }

    @Test
    void goesOnAfterAReaderBrokeAtGrowingPauses() {
        for (int i = 0; i < 4; i++) {
            api.answers(200, FakeApi.added("a", 100), FakeApi.listEnds(101));
        }
        api.answersAndStays(FakeApi.added("a", 100), FakeApi.listEnds(101));
        AtomicInteger looks = new AtomicInteger();
        Instant begin = Instant.now();

        try (PodStream stream = started(() -> {
            if (looks.incrementAndGet() % 2 == 1 && looks.get() > 1 && looks.get() < 8) {
                throw new IllegalStateException("broken");
            }
            return Instant.now();
        })) {
            Cluster.await().until(stream::isSynced);
        }

        assertThat(versions()).isEqualTo(Map.of("a", 100L));
        assertThat(Duration.between(begin, Instant.now())).isGreaterThan(Duration.ofMillis(200 + 400));
    }

    private PodStream started() {
        return started(InstantSource.system());
    }

    private PodStream started(InstantSource clock) {
        PodStream stream = new PodStream(api.access(folder), List.of("shop"), cache, metrics, clock);
        stream.start();
        return stream;
    }

    private Map<String, Long> versions() {
        Map<String, Long> versions = new TreeMap<>();
        for (PodRecord pod : cache.inNamespace("shop")) {
            versions.put(pod.name(), pod.resourceVersion());
        }
        return versions;
    }
}
