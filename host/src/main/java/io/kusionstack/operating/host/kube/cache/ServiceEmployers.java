package io.kusionstack.operating.host.kube.cache;

import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.kernel.Backoff;
import io.kusionstack.operating.host.kernel.DelayedTasks;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.plan.Employers;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether a Service still selects a Pod that expects its finalizer. One that the cache does not have counts as existing
 * until the API server itself says that it does not exist: the cache may not have seen it yet, and an expectation that is
 * dropped
 * never comes back. The question is put in the background, and the Pods that wait for the answer are looked at again. Any
 * thread; never blocks.
 */
final class ServiceEmployers implements Employers, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceEmployers.class);
    private static final String SERVICE_PREFIX = "Service/";
    /** An answer is good for so long; a Service that comes back meanwhile is in the cache. */
    private static final Duration GOOD = Duration.ofSeconds(30);

    private static final Backoff PAUSES = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

    private final ObjectCache<Service> services;
    private final Lookup lookup;
    private final Consumer<Key> podKeys;
    private final Runnable closing;
    private final DelayedTasks later = new DelayedTasks("employers");
    private final Map<Key, Search> searches = new ConcurrentHashMap<>();

    /** How a Service is found that the cache does not have. */
    @FunctionalInterface
    interface Lookup {
        /** @throws IOException without an answer */
        boolean exists(Key service) throws IOException;
    }

    /** A question to the API server, and the Pods that wait for the answer. One request at a time is under way, and counts the failures. */
    private static final class Search {
        private final Set<Key> pods = ConcurrentHashMap.newKeySet();
        private volatile boolean gone;
        private int failures;
    }

    /** @param podKeys takes the Pods of whose employer more is known; only enqueues */
    public static ServiceEmployers of(ClusterAccess access, ObjectCache<Service> services, Consumer<Key> podKeys) {
        ApiClient client = new ApiClient(access);
        return new ServiceEmployers(services, service -> exists(client, service), podKeys, client::close);
    }

    ServiceEmployers(ObjectCache<Service> services, Lookup lookup, Consumer<Key> podKeys, Runnable closing) {
        this.services = services;
        this.lookup = lookup;
        this.podKeys = podKeys;
        this.closing = closing;
    }

    private static boolean exists(ApiClient client, Key service) throws IOException {
        ApiResponse answer = client.get("api/v1/namespaces/" + service.namespace() + "/services/" + service.name());
        if (!answer.isSuccess() && !answer.isNotFound()) {
            throw new IOException(answer.code() + " " + answer.message());
        }
        return answer.isSuccess();
    }

    /** Only a Service is looked up; every other kind may still come. */
    @Override
    public boolean employs(PodRecord pod, String employer) {
        String[] parts = employer.split("/", -1);
        if (!employer.startsWith(SERVICE_PREFIX) || parts.length != 3) {
            return true;
        }
        Key service = new Key(parts[1], parts[2]);
        Optional<Service> known = services.get(service);
        if (known.isPresent()) {
            searches.remove(service);
            return ServiceEndpoints.selects(known.get(), pod);
        }
        return !isGone(service, new Key(pod.namespace(), pod.name()));
    }

    /** Asked once the search is known and has its Pod: an answer that comes at once finds both. */
    private boolean isGone(Key service, Key pod) {
        Search fresh = new Search();
        Search search =
                Optional.ofNullable(searches.putIfAbsent(service, fresh)).orElse(fresh);
        if (!search.gone) {
            search.pods.add(pod);
        }
        if (search == fresh) {
            later.after(Duration.ZERO, () -> ask(service, fresh));
        }
        return search.gone;
    }

    private void ask(Key service, Search search) {
        if (searches.get(service) != search) {
            return;
        }
        try {
            search.gone = !lookup.exists(service);
            search.pods.forEach(podKeys);
            later.after(GOOD, () -> searches.remove(service, search));
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("service", service)
                    .addKeyValue("cause", e.getMessage())
                    .log("Cannot tell whether a Service is gone that Pods expect a finalizer of; asked again");
            search.failures++;
            later.after(PAUSES.after(search.failures), () -> ask(service, search));
        }
    }

    @Override
    public void close() {
        later.close();
        closing.run();
    }
}
