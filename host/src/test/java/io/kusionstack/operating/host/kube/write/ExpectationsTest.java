package io.kusionstack.operating.host.kube.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExpectationsTest {
    private static final ObjectRef SET = new ObjectRef(ObjectKind.COLLASET, "shop", "web", "uid-web");
    private static final PodRecord POD = Pods.pod("a").ownedBy("web").build();

    private final AtomicInteger expired = new AtomicInteger();
    private final PodCache cache = new PodCache(Set.of());
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Expectations expectations = new Expectations(() -> now, new WriteMetrics() {
        @Override
        public void expectationExpired() {
            expired.incrementAndGet();
        }
    });

    @BeforeEach
    void listen() {
        cache.onChange(expectations);
    }

    @Test
    void expectsACreationUntilThePodIsSeen() {
        expect("a");
        expect("b");
        assertThat(ExpectedCreations.of(expectations, "uid-web")).containsExactlyInAnyOrder("a", "b");

        cache.observe(POD);

        assertThat(ExpectedCreations.of(expectations, "uid-web")).containsExactly("b");
        assertThat(expectations.areMet("uid-web")).isFalse();
    }

    @Test
    void expectsADeletionUntilThePodIsSeenTerminatingOrGone() {
        PodRecord other = Pods.pod("b").ownedBy("web").build();
        cache.observe(POD);
        cache.observe(other);
        expectations.expectDeletion(POD);
        expectations.expectDeletion(other);

        cache.observe(Pods.like(POD).version(2).build());
        cache.observe(Pods.like(POD).version(3).terminating().build());
        assertThat(expectations.areMet("uid-web")).isFalse();
        cache.gone("uid-b");

        assertThat(expectations.areMet("uid-web")).isTrue();
    }

    @Test
    void givesUpWhatIsNotSeenWithinFiveMinutes() {
        expect("old");
        now = now.plus(Duration.ofMinutes(4));
        expect("young");
        now = now.plus(Duration.ofSeconds(61));

        assertThat(ExpectedCreations.of(expectations, "uid-web")).containsExactly("young");
        assertThat(expired).hasValue(1);
    }

    @Test
    void forgetsWhatWasNotDone() {
        expect("a");
        expectations.expectDeletion(POD);

        expectations.forgetCreation(SET, "a");
        expectations.forgetDeletion(POD);

        assertThat(expectations.areMet("uid-web")).isTrue();
    }

    @Test
    void expectsNoMoreThanAnOwnerMayHave() {
        assertThat(expectations.expectCreation(SET, "a", 3, Set::size)).isTrue();
        assertThat(expectations.expectCreation(SET, "b", 3, expected -> expected.size() + 1))
                .isTrue();
        assertThat(expectations.expectCreation(SET, "c", 3, expected -> expected.size() + 1))
                .isFalse();

        assertThat(ExpectedCreations.of(expectations, "uid-web")).containsExactlyInAnyOrder("a", "b");
    }

    private void expect(String name) {
        assertThat(expectations.expectCreation(SET, name, 99, Set::size)).isTrue();
    }
}
