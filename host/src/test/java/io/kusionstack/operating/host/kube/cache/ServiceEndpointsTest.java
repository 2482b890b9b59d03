package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Reason;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.host.world.Pods;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceEndpointsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration SETTLE = Duration.ofSeconds(2);

    private final PodRecord pod = Pods.pod("web-a").label("app", "web").build();
    private final PodCache pods = new PodCache(Set.of());
    private final KnownServices services = new KnownServices();
    private final List<Key> woken = new ArrayList<>();
    private Instant now = START;
    private final ServiceEndpoints endpoints = endpoints(SETTLE);

    @BeforeEach
    void aServedPod() {
        pods.observe(pod);
        services.add(service(false));
        endpoints.sliceChanged(null, slice(endpoint(true)));
        woken.clear();
    }

    @Test
    void holdsWhileASliceShowsThePodReady() {
        assertThat(endpoints.holding(pod, now))
                .containsExactly(new Endpoints.HoldingEndpoint(
                        new Wait(
                                Reason.WAITING_FOR_TRAFFIC_OFF,
                                "Service " + key("web"),
                                "Service " + key("web") + " still lists the Pod as ready in EndpointSlice "
                                        + key("web-1") + "; if it does not change, see whether kube-controller-manager"
                                        + " runs, or delete the slice; the Pod waits for at most 5 minutes"),
                        Duration.ofSeconds(10)));
    }

    @Test
    void aSliceWithoutEndpointsAsTheServerSendsItListsNobody() {
        EndpointSlice empty = slice();
        empty.setEndpoints(null);

        now = START.plusSeconds(60);
        endpoints.sliceChanged(slice(endpoint(true)), empty);

        assertThat(endpoints.holding(pod, now.plusSeconds(3))).isEmpty();
    }

    @Test
    void holdsForTheSettleTimeAfterTheSliceShowsItNotReadyAndNoLonger() {
        now = START.plusSeconds(60);
        endpoints.sliceChanged(slice(endpoint(true)), slice(endpoint(false)));

        assertThat(endpoints.holding(pod, now.plusMillis(500)))
                .containsExactly(new Endpoints.HoldingEndpoint(
                        new Wait(
                                Reason.SETTLING_AFTER_DEREGISTER,
                                "Service " + key("web"),
                                "Service " + key("web") + " lists the Pod no more; its callers get 2000 ms to notice"),
                        Duration.ofMillis(1500)));
        assertThat(endpoints.holding(pod, now.plus(SETTLE))).isEmpty();
    }

    @Test
    void theSettleTimeDoesNotBeginAnewWhenAnotherPodOfTheSliceChanges() {
        endpoints.sliceChanged(slice(endpoint(true)), slice(endpoint(false)));
        now = START.plusSeconds(60);
        endpoints.sliceChanged(slice(endpoint(false)), slice(endpoint(false), other()));

        assertThat(endpoints.holding(pod, now)).isEmpty();
    }

    @Test
    void aPodThatLeftTheSliceSettlesToo() {
        endpoints.sliceChanged(slice(endpoint(true)), slice());

        assertThat(endpoints.holding(pod, now))
                .extracting(held -> held.reason().reason())
                .containsExactly(Reason.SETTLING_AFTER_DEREGISTER);
    }

    @Test
    void aSliceThatIsGoneReleasesAfterTheSettleTime() {
        endpoints.sliceChanged(slice(endpoint(true)), null);

        assertThat(endpoints.holding(pod, now.plus(SETTLE))).isEmpty();
    }

    @Test
    void wakesOnlyThePodWhosePlaceChanged() {
        endpoints.sliceChanged(slice(endpoint(true), other()), slice(endpoint(false), other()));

        assertThat(woken).containsExactly(key("web-a"));
    }

    @Test
    void aServiceThatPublishesPodsThatAreNotReadyHoldsNobody() {
        services.add(service(true));

        assertThat(endpoints.holding(pod, now)).isEmpty();
    }

    @Test
    void aSliceOfAServiceThatIsGoneHoldsNobody() {
        services.remove(key("web"));

        assertThat(endpoints.holding(pod, START.plusSeconds(10))).isEmpty();
    }

    @Test
    void aSliceThatIsSeenBeforeItsServiceHoldsAtFirst() {
        services.remove(key("web"));

        assertThat(endpoints.holding(pod, START.plusSeconds(4)))
                .containsExactly(new Endpoints.HoldingEndpoint(
                        new Wait(
                                Reason.WAITING_FOR_TRAFFIC_OFF,
                                "Service " + key("web"),
                                "Service " + key("web") + " was not seen yet, and its EndpointSlice " + key("web-1")
                                        + " lists the Pod as ready; if the Service is gone, delete the slice;"
                                        + " the Pod waits for at most 10 s"),
                        Duration.ofSeconds(6)));
    }

    @Test
    void aSliceOfAServiceWithoutSelectorHoldsNobody() {
        services.add(service(false, Map.of()));

        assertThat(endpoints.holding(pod, now)).isEmpty();
    }

    @Test
    void aSliceOfAServiceThatDoesNotSelectThePodHoldsNobody() {
        services.add(service(false, Map.of("app", "db")));

        assertThat(endpoints.holding(pod, now)).isEmpty();
    }

    @Test
    void aSliceThatNobodyKeepsHoldsForFiveMinutesAfterTheGateWasClosed() {
        PodRecord off = Pods.pod("web-a").label("app", "web").offline().build();

        assertThat(endpoints.holding(off, START.plusSeconds(299))).hasSize(1);
        assertThat(endpoints.holding(off, START.plusSeconds(300))).isEmpty();
    }

    @Test
    void zeroTurnsItOff() {
        ServiceEndpoints off = endpoints(Duration.ZERO);
        off.sliceChanged(null, slice(endpoint(true)));

        assertThat(off.holding(pod, now)).isEmpty();
    }

    private ServiceEndpoints endpoints(Duration settle) {
        return new ServiceEndpoints(settle, services, pods, () -> now, woken::add);
    }

    private Key key(String name) {
        return new Key(pod.namespace(), name);
    }

    private Service service(boolean publishNotReady) {
        return service(publishNotReady, Map.of("app", "web"));
    }

    private Service service(boolean publishNotReady, Map<String, String> selector) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(pod.namespace())
                .withName("web")
                .endMetadata()
                .withNewSpec()
                .withSelector(selector)
                .withPublishNotReadyAddresses(publishNotReady)
                .endSpec()
                .build();
    }

    private EndpointSlice slice(Endpoint... all) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(pod.namespace())
                .withName("web-1")
                .addToLabels("kubernetes.io/service-name", "web")
                .endMetadata()
                .withEndpoints(all)
                .build();
    }

    private Endpoint endpoint(boolean ready) {
        return endpoint(pod.name(), pod.uid(), ready);
    }

    private Endpoint other() {
        return endpoint("web-b", "other", true);
    }

    private static Endpoint endpoint(String name, String uid, boolean ready) {
        return new EndpointBuilder()
                .withNewConditions()
                .withReady(ready)
                .endConditions()
                .withNewTargetRef()
                .withKind("Pod")
                .withName(name)
                .withUid(uid)
                .endTargetRef()
                .build();
    }

    private static final class KnownServices implements ObjectCache<Service> {
        private final Map<Key, Service> services = new ConcurrentHashMap<>();

        void add(Service service) {
            services.put(
                    new Key(
                            service.getMetadata().getNamespace(),
                            service.getMetadata().getName()),
                    service);
        }

        void remove(Key key) {
            services.remove(key);
        }

        @Override
        public Optional<Service> get(Key key) {
            return Optional.ofNullable(services.get(key));
        }

        @Override
        public List<Service> list(String namespace) {
            return List.copyOf(services.values());
        }

        @Override
        public void onChange(ObjectCache.ObjectListener<Service> listener) {
            services.values().forEach(service -> listener.changed(null, service));
        }
    }
}
