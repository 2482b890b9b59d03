package io.kusionstack.operating.host.traffic;

import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.AvailableConditions;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.PodRecord;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which Services a change of a Pod concerns. Quick: it runs on the thread of the Pod stream. */
final class ServiceMapper {
    private static final String SERVICE = "Service/";

    private ServiceMapper() {}

    static Set<Key> of(@Nullable PodRecord before, @Nullable PodRecord after, PodTraffic traffic) {
        Set<Key> services = new LinkedHashSet<>();
        if (before != null && after != null && !before.equals(after) && isSame(before, after)) {
            return services;
        }
        if (after != null) {
            services.addAll(traffic.servicesOf(after));
            if (before == null || !before.annotations().equals(after.annotations())) {
                orphaned(after, traffic, services);
            }
        }
        if (before != null && (after == null || !before.labels().equals(after.labels()))) {
            services.addAll(traffic.servicesOf(before));
        }
        return services;
    }

    /** Nothing has changed that traffic goes by. */
    private static boolean isSame(PodRecord before, PodRecord after) {
        return before.labels().equals(after.labels())
                && before.annotations().equals(after.annotations())
                && before.finalizers().equals(after.finalizers())
                && before.ips().equals(after.ips())
                && before.conditions().equals(after.conditions())
                && before.terminating() == after.terminating()
                && before.inactive() == after.inactive();
    }

    /** A Service that is gone, or managed no more, though the Pod still carries its marks. */
    private static void orphaned(PodRecord pod, PodTraffic traffic, Set<Key> services) {
        String annotation = pod.annotations().get(Names.AVAILABLE_CONDITIONS);
        if (annotation == null || !annotation.contains(SERVICE)) {
            return;
        }
        AvailableConditions.parse(annotation)
                .map(AvailableConditions::expectedFinalizers)
                .orElse(AvailableConditions.none().expectedFinalizers())
                .entrySet()
                .forEach(entry -> orphaned(entry, pod, traffic, services));
    }

    private static void orphaned(
            Map.Entry<String, String> entry, PodRecord pod, PodTraffic traffic, Set<Key> services) {
        String prefix = SERVICE + pod.namespace() + "/";
        if (!entry.getKey().startsWith(prefix)) {
            return;
        }
        Key service = new Key(pod.namespace(), entry.getKey().substring(prefix.length()));
        if (!traffic.serves(service) && entry.getValue().equals(ManagedService.finalizer(service.name()))) {
            services.add(service);
        }
    }
}
