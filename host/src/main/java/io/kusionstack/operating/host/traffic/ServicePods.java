package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.kusionstack.operating.host.kernel.Durations;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.kube.cache.PodCache;
import io.kusionstack.operating.host.lifecycle.PodOps;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.Endpoints;
import io.kusionstack.operating.host.plan.PodCondition;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.plugin.traffic.ServicePort;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Finds the Pods of a Service: those it selects, and those that it left marks on. Any thread. */
final class ServicePods {
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final Duration KUBELET = Duration.ofMillis(120);
    private static final Duration OTHERS = Duration.ofMillis(500);

    private final PodCache pods;
    private final ObjectCache<EndpointSlice> slices;
    private final Endpoints plainServices;
    private final PodTraffic traffic;

    /** @param plainServices Services without a plugin that may hold a Pod that is prepared for an operation */
    ServicePods(PodCache pods, ObjectCache<EndpointSlice> slices, Endpoints plainServices, PodTraffic traffic) {
        this.pods = pods;
        this.slices = slices;
        this.plainServices = plainServices;
        this.traffic = traffic;
    }

    /** @param memory knows the Pods that were targeted before; a Pod that is not targeted any more gets a new ticket */
    FoundPods find(ManagedService managedService, ServiceMemory memory, Instant now) {
        List<ServicePod> servicePods = new ArrayList<>();
        Map<String, Long> leaving = new HashMap<>();
        ServicePorts ports = ports(managedService);
        Set<String> recorded = memory.hasRecorded() ? Set.of() : managedService.recordedPods();
        for (PodRecord pod : pods.inNamespace(managedService.ref().namespace())) {
            boolean selected = managedService.selects(pod);
            boolean targeted = selected && managedService.wanted();
            boolean left = memory.targeted().contains(pod.uid())
                    || memory.leaving().containsKey(pod.uid())
                    || recorded.contains(pod.name());
            if (!selected && !left && !isMarked(managedService, pod)) {
                continue;
            }
            long off = traffic.off(pod).map(OffTicket::ticket).orElse(0L);
            if (!targeted) {
                leaving.put(
                        pod.uid(),
                        Optional.ofNullable(memory.leaving().get(pod.uid())).orElseGet(traffic::tick));
            }
            servicePods.add(new ServicePod(
                    pod,
                    targeted,
                    ports.of(pod),
                    ports.areMissingIn(pod),
                    Math.max(off, leaving.getOrDefault(pod.uid(), 0L)),
                    traffic.back(pod),
                    pod.finalizers().contains(managedService.finalizer()) ? deferred(pod, now) : Optional.empty()));
        }
        servicePods.sort(Comparator.comparing(servicePod -> servicePod.pod().name()));
        return new FoundPods(servicePods, leaving);
    }

    /**
     * Names of the Pods that carry its finalizer or may, in Kuperator's form.
     *
     * @param serves false where there is no load balancer to put a Pod on
     */
    String names(ManagedService managedService, ServiceMemory memory, boolean serves) {
        SortedSet<String> names = new TreeSet<>();
        for (PodRecord pod : pods.inNamespace(managedService.ref().namespace())) {
            boolean may = managedService.selects(pod)
                    || memory.leaving().containsKey(pod.uid())
                    || isMarked(managedService, pod);
            if (serves && may || pod.finalizers().contains(managedService.finalizer())) {
                names.add(pod.name());
            }
        }
        return String.join(",", names);
    }

    /** It carries the finalizer, or is to carry it before it serves. */
    static boolean isMarked(ManagedService managedService, PodRecord pod) {
        String expected = pod.annotations().get(Names.AVAILABLE_CONDITIONS);
        return pod.finalizers().contains(managedService.finalizer())
                || expected != null && expected.contains('"' + managedService.expectedKey() + '"');
    }

    /**
     * A Pod that is prepared may be operated on in the very write that takes the finalizer away, unless something else
     * holds it: the kubelet is about to write, or a plain Service still lists it.
     */
    private Optional<Duration> deferred(PodRecord pod, Instant now) {
        if (!pod.controlled() || !pod.gateClosed() || !isPreparing(pod)) {
            return Optional.empty();
        }
        Optional<Duration> kubelet = traffic.off(pod)
                .filter(off -> pod.condition(PodCondition.READY)
                        .filter(PodCondition::isTrue)
                        .isPresent())
                .map(off -> Duration.between(now, off.at().plus(KUBELET)))
                .filter(Duration::isPositive);
        return kubelet.or(() -> plainServices.holding(pod, now).stream()
                .map(held -> Durations.shorter(held.after(), OTHERS))
                .min(Comparator.naturalOrder()));
    }

    private static boolean isPreparing(PodRecord pod) {
        return PodOps.operations(pod).values().stream()
                .anyMatch(operation -> operation.phase() == PodOps.Phase.PREPARING);
    }

    private ServicePorts ports(ManagedService managedService) {
        SortedSet<Integer> numbers = new TreeSet<>();
        SortedSet<String> names = new TreeSet<>();
        for (ServicePort port : managedService.employer().ports()) {
            if (port.targetPort() > 0) {
                numbers.add(port.targetPort());
            } else {
                names.add(port.name());
            }
        }
        return new ServicePorts(numbers, names, names.isEmpty() ? Map.of() : named(managedService, names));
    }

    /** Where a Service names a port of its Pods, its slices tell the number, which may differ between Pods. */
    private Map<String, Map<String, Integer>> named(ManagedService managedService, SortedSet<String> names) {
        Map<String, Map<String, Integer>> byPod = new HashMap<>();
        for (EndpointSlice slice : slices.list(managedService.ref().namespace())) {
            Map<String, String> labels = slice.getMetadata().getLabels();
            if (labels == null || !managedService.ref().name().equals(labels.get(SERVICE_NAME))) {
                continue;
            }
            Map<String, Integer> numbers = new HashMap<>();
            // The API server sends null for a slice without ports or endpoints.
            for (EndpointPort port : Optional.ofNullable(slice.getPorts()).orElse(List.of())) {
                String name = Optional.ofNullable(port.getName()).orElse("");
                if (names.contains(name) && port.getPort() != null) {
                    numbers.put(name, port.getPort());
                }
            }
            Optional.ofNullable(slice.getEndpoints()).orElse(List.of()).forEach(endpoint -> {
                if (endpoint.getTargetRef() != null && endpoint.getTargetRef().getUid() != null) {
                    byPod.computeIfAbsent(endpoint.getTargetRef().getUid(), uid -> new HashMap<>())
                            .putAll(numbers);
                }
            });
        }
        return byPod;
    }
}
