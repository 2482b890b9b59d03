package io.kusionstack.operating.plugins.slb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MarkTest {
    private static final String UID = "0b7d5f5e-2a55-4d0e-9a43-6a1e7a3f1c11";
    private static final String OTHER = "c9a1f0b2-11aa-4c6f-8f0e-b65b1d1c2d3e";
    private static final Cluster HERE = new Cluster("uid-of-kube-system", Optional.empty(), Set.of());
    private static final Mark WEB = Mark.of(HERE, "shop", "web");

    @Test
    void namesClusterNamespaceServiceAndPodAndNothingThatChanges() {
        assertThat(WEB.on(UID)).matches("kuso/[0-9a-f]{12}/shop/web/" + UID);
        assertThat(uid(WEB, WEB.on(UID))).contains(UID);
    }

    @Test
    void hashesWhatIsTooLong() {
        String name = "a-service-with-a-long-name";
        String description = Mark.of(HERE, "a-namespace-with-a-long-name", name).on(UID);

        assertThat(description).hasSizeLessThanOrEqualTo(80).matches("kuso/[0-9a-f]{12}/[0-9a-f]{20}/" + UID);
        assertThat(uid(Mark.of(HERE, "a-namespace-with-a-long-name", name), description))
                .contains(UID);
        assertThat(uid(Mark.of(HERE, "a-namespace-with-a-long-name", name + "r"), description))
                .isEmpty();
    }

    @Test
    void theSameServiceOfAnotherClusterIsSomebodyElse() {
        Mark there = Mark.of(new Cluster("another-uid", Optional.empty(), Set.of()), "shop", "web");

        assertThat(uid(WEB, there.on(UID))).isEmpty();
        assertThat(uid(there, WEB.on(UID))).isEmpty();
    }

    @Test
    void knowsItsOwnAndNoOther() {
        for (String other : new String[] {
            Mark.of(HERE, "shop", "web2").on(UID),
            Mark.of(HERE, "web", "shop").on(UID),
            WEB.on(UID) + "/more",
            WEB.on(""),
            "k8s/80/web/shop/c1",
            "kuso/80/web/shop2/" + UID,
            ""
        }) {
            assertThat(uid(WEB, other)).as(other).isEmpty();
        }
    }

    @Test
    void anOldMarkWithTheClustersNameIsOursWhateverItsPort() {
        Mark named = Mark.of(new Cluster("prod", Optional.of("prod"), Set.of()), "shop", "web");

        assertThat(uid(named, "kuso/80/web/shop/prod/" + UID)).contains(UID);
        assertThat(uid(named, "kuso/443/web/shop/prod/" + UID)).contains(UID);
        assertThat(uid(named, "kuso/80/web/shop/prod2/" + UID)).isEmpty();
        assertThat(uid(WEB, "kuso/80/web/shop/prod/" + UID)).isEmpty();
    }

    @Test
    void anOldMarkWithoutAClusterIsOursIfThePodLivesHere() {
        Mark knowing = Mark.of(HERE.withLiving(Set.of(UID)), "shop", "web");

        assertThat(uid(knowing, "kuso/80/web/shop/" + UID)).contains(UID);
        assertThat(uid(knowing, "kuso/80/web/shop/" + OTHER)).isEmpty();
        assertThat(WEB.isDoubtful(described("kuso/80/web/shop/" + UID))).isTrue();
        assertThat(WEB.isDoubtful(described("kuso/80/web/shop/prod/" + UID))).isFalse();
        assertThat(WEB.isDoubtful(described(WEB.on(UID)))).isFalse();
    }

    private static Optional<String> uid(Mark mark, String description) {
        return mark.uid(described(description));
    }

    private static Server described(String description) {
        return new Server("eni-1", "10.0.0.1", 80, 100, "eni", description);
    }
}
