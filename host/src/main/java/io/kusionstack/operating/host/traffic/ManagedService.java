package io.kusionstack.operating.host.traffic;

import io.fabric8.kubernetes.api.model.Service;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.host.plan.Wait;
import io.kusionstack.operating.plugin.PodRef;
import io.kusionstack.operating.plugin.traffic.Employer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Service, as far as traffic is concerned with it.
 *
 * @param wanted its Pods are to get traffic: it is labelled, of type LoadBalancer, and not being deleted
 * @param held it carries a clean finalizer, so its Pods may have backends somewhere
 * @param type of the Service; empty of one that is gone
 * @param selector empty selects nobody
 * @param finalizer what its Pods carry while they may get traffic
 * @param plugin the plugin it asks for
 * @param employer how plugins are told of it
 * @param records the annotations in which the host keeps what it has to find again
 */
record ManagedService(
        ObjectRef ref,
        long version,
        boolean wanted,
        boolean held,
        String type,
        List<String> finalizers,
        Map<String, String> selector,
        String finalizer,
        String plugin,
        Employer employer,
        Map<String, String> records) {
    static final String DEFAULT_PLUGIN = "slb";
    static final String LOAD_BALANCER = "LoadBalancer";

    ManagedService {
        finalizers = List.copyOf(finalizers);
        selector = Map.copyOf(selector);
        records = Map.copyOf(records);
    }

    static ManagedService of(Service service) {
        return ServiceReader.read(service);
    }

    /** A Service that does not exist any more, and of which only the marks on its Pods may be left. */
    static ManagedService gone(Key key) {
        PodRef ref = new PodRef(key.namespace(), key.name(), "");
        return new ManagedService(
                new ObjectRef(ObjectKind.SERVICE, key.namespace(), key.name(), ""),
                0,
                false,
                false,
                "",
                List.of(),
                Map.of(),
                finalizer(key.name()),
                DEFAULT_PLUGIN,
                new Employer(ObjectKind.SERVICE.kind(), ref, Map.of(), Map.of(), List.of()),
                Map.of());
    }

    /**
     * As the Service is treated that went together with its finalizer: it selects nobody, and nothing is written to it. The employer is
     * the one that was.
     */
    ManagedService departed() {
        return new ManagedService(
                new ObjectRef(ObjectKind.SERVICE, ref.namespace(), ref.name(), ""),
                version,
                false,
                held,
                type,
                finalizers,
                Map.of(),
                finalizer,
                plugin,
                employer,
                records);
    }

    Key key() {
        return new Key(ref.namespace(), ref.name());
    }

    /** Whether the Service is there; what is told of one that is gone comes from memory. */
    boolean exists() {
        return !ref.uid().isEmpty();
    }

    /** True if a record of its load balancers is on it, be it of no load balancer; the host itself never writes one of no load balancer. */
    boolean hasRecord() {
        return LoadBalancerRecord.isList(records.getOrDefault(Names.TRAFFIC_SERVED, ""));
    }

    /** True if a host has put something on for it, or was about to. */
    boolean isServedAlready() {
        return held || hasRecord();
    }

    /** True if {@code gone} is what this Service has become, and not one of the same name. */
    boolean hasBecome(ManagedService gone) {
        return !gone.exists() && gone.employer.ref().uid().equals(ref.uid());
    }

    /** True if traffic has anything to do with it. */
    boolean isManaged() {
        return wanted || held;
    }

    /**
     * False of a Pod that was never put on anywhere. This host records the load balancer before; Kuperator names the Pod before
     * where it keeps
     * names, and marks the Pod and names it afterwards.
     */
    boolean mayHavePutOn(PodRecord pod) {
        String served = records.getOrDefault(Names.TRAFFIC_SERVED, "");
        boolean isEmpty = served.isBlank()
                || LoadBalancerRecord.isList(served)
                        && LoadBalancerRecord.parse(served, employer.ref()).isEmpty();
        return !isEmpty
                || pod.finalizers().contains(finalizer)
                || names(Names.EMPLOYEES_PROTECTED, pod)
                || names(Names.EMPLOYEES_EXPECTED, pod);
    }

    private boolean names(String record, PodRecord pod) {
        return List.of(records.getOrDefault(record, "").split(",")).contains(pod.name());
    }

    /** Why it is not served though it asks for it: the label alone, which other things carry too, asks for nothing. */
    Optional<Wait> misfit() {
        boolean asks = "true".equals(employer.labels().get(Names.CONTROL))
                && employer.annotations().keySet().stream().anyMatch(ManagedService::isOfTraffic);
        return exists() && asks && !type.equals(LOAD_BALANCER)
                ? Optional.of(ServiceWaits.misfit(this))
                : Optional.empty();
    }

    private static boolean isOfTraffic(String annotation) {
        return annotation.startsWith(Names.TRAFFIC_DOMAIN + "/")
                || annotation.contains("." + Names.TRAFFIC_DOMAIN + "/");
    }

    /** True if an edit of the Service may leave it without any backend. */
    boolean mayBeEmpty() {
        return "true".equals(employer.annotations().get(Names.TRAFFIC_MAY_BE_EMPTY));
    }

    boolean selects(PodRecord pod) {
        if (selector.isEmpty() || !pod.namespace().equals(ref.namespace())) {
            return false;
        }
        for (Map.Entry<String, String> wanted : selector.entrySet()) {
            if (!wanted.getValue().equals(pod.labels().get(wanted.getKey()))) {
                return false;
            }
        }
        return true;
    }

    /** True unless the two selectors contradict each other, or are of two namespaces. */
    boolean maySelectWith(ManagedService other) {
        if (!ref.namespace().equals(other.ref.namespace())) {
            return false;
        }
        return selector.entrySet().stream()
                .allMatch(wanted -> other.selector
                        .getOrDefault(wanted.getKey(), wanted.getValue())
                        .equals(wanted.getValue()));
    }

    /** For people: {@code Service shop/web}. */
    String name() {
        return ref.toString();
    }

    /** How the annotation {@code available-conditions} of a Pod names it. */
    String expectedKey() {
        return ref.kind().kind() + "/" + ref.namespace() + "/" + ref.name();
    }

    /** The finalizer on the Pods of a Service of this name, byte for byte as Kuperator writes it. */
    static String finalizer(String service) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(service.getBytes(StandardCharsets.UTF_8));
            return Names.PROTECTION_PREFIX + "/"
                    + HexFormat.of().formatHex(digest).substring(8, 24);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
