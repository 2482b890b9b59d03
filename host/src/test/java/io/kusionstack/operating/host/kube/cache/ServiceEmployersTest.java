package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.world.Pods;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceEmployersTest {
    private static final String WEB = "Service/shop/web";
    private static final Key KEY = new Key("shop", "web");

    private final Map<Key, Service> cached = new ConcurrentHashMap<>();
    private final Map<Key, Boolean> stored = new ConcurrentHashMap<>();
    private final BlockingQueue<Key> woken = new LinkedBlockingQueue<>();
    private final BlockingQueue<Key> unanswered = new LinkedBlockingQueue<>();
    private final PodRecord pod = Pods.pod("a").label("app", "web").build();
    private final ServiceEmployers employers = new ServiceEmployers(new Cached(), this::exists, woken::add, () -> {});

    @AfterEach
    void close() {
        employers.close();
    }

    @Test
    void aServiceThatTheCacheHasEmploysWhomItSelects() {
        cached.put(KEY, service());

        assertThat(employers.employs(pod, WEB)).isTrue();
        assertThat(employers.employs(Pods.pod("db").label("app", "db").build(), WEB))
                .isFalse();
        assertThat(employers.employs(pod, "Gateway/shop/web")).isTrue();
    }

    @Test
    void aServiceThatTheCacheHasNotSeenYetIsNotGone() throws InterruptedException {
        stored.put(KEY, true);

        assertThat(employers.employs(pod, WEB)).isTrue();
        assertThat(woken.poll(10, TimeUnit.SECONDS)).isEqualTo(new Key("shop", "a"));
        assertThat(employers.employs(pod, WEB)).isTrue();
    }

    @Test
    void aServiceIsGoneWhenTheServerHasSaidSo() throws InterruptedException {
        stored.put(KEY, false);

        assertThat(employers.employs(pod, WEB)).isTrue();
        assertThat(woken.poll(10, TimeUnit.SECONDS)).isEqualTo(new Key("shop", "a"));
        assertThat(employers.employs(pod, WEB)).isFalse();

        cached.put(KEY, service());
        assertThat(employers.employs(pod, WEB)).isTrue();
    }

    @Test
    void whereNobodyCanTellTheExpectationStandsAndTheServerIsAskedAgain() throws InterruptedException {
        assertThat(employers.employs(pod, WEB)).isTrue();
        assertThat(unanswered.poll(10, TimeUnit.SECONDS)).isEqualTo(KEY);
        assertThat(woken).isEmpty();

        stored.put(KEY, false);

        assertThat(woken.poll(10, TimeUnit.SECONDS)).isEqualTo(new Key("shop", "a"));
        assertThat(employers.employs(pod, WEB)).isFalse();
    }

    private boolean exists(Key service) throws IOException {
        Boolean there = stored.get(service);
        if (there == null) {
            unanswered.add(service);
            throw new IOException("no answer");
        }
        return there;
    }

    private static Service service() {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web")
                .endMetadata()
                .withNewSpec()
                .withSelector(Map.of("app", "web"))
                .endSpec()
                .build();
    }

    private final class Cached implements ObjectCache<Service> {
        @Override
        public Optional<Service> get(Key key) {
            return Optional.ofNullable(cached.get(key));
        }

        @Override
        public List<Service> list(String namespace) {
            return List.copyOf(cached.values());
        }

        @Override
        public void onChange(ObjectCache.ObjectListener<Service> listener) {
            throw new UnsupportedOperationException();
        }
    }
}
