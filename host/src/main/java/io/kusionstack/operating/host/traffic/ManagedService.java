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
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A Service, as far as its traffic is concerned.
 *
 * @param wanted true if its Pods are to get traffic: it has the label, is of type LoadBalancer, and is not being deleted
 * @param held true if it has a clean finalizer, so that its Pods may have backends
 * @param type of the Service; empty if it is gone
 * @param selector an empty one selects no Pod
 * @param finalizer on its Pods while they may get traffic
 * @param plugin the plugin that it names
 * @param employer the Service as plugins know it
 * @param records the annotations that the host needs to find the backends again
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
     * A Service that is gone together with its finalizer: it selects no Pod, and nothing is written to it. The employer stays
     * the same.
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

    /** False if the Service is gone, and its data come from memory. */
    boolean exists() {
        return !ref.uid().isEmpty();
    }

    /** True if it has a record of its load balancers, even an empty one; the host itself never writes an empty record. */
    boolean hasRecord() {
        return LoadBalancerRecord.isList(records.getOrDefault(Names.TRAFFIC_SERVED, ""));
    }

    /** True if {@code gone} is this Service after it was deleted, and not another one of the same name. */
    boolean hasBecome(ManagedService gone) {
        return !gone.exists() && gone.employer.ref().uid().equals(ref.uid());
    }

    /** True if its traffic is managed here. */
    boolean isManaged() {
        return wanted || held;
    }

    /**
     * False for a Pod that was never put on anywhere. This host writes its record before it puts a Pod on. Kuperator names the Pod before if it
     * keeps names, else it adds the finalizer and the name afterwards.
     */
    Predicate<PodRecord> mayHavePutOn() {
        String served = records.getOrDefault(Names.TRAFFIC_SERVED, "");
        boolean isEmpty = served.isBlank()
                || LoadBalancerRecord.isList(served)
                        && LoadBalancerRecord.parse(served, employer.ref()).isEmpty();
        Set<String> named = new HashSet<>(names(Names.EMPLOYEES_PROTECTED));
        named.addAll(names(Names.EMPLOYEES_EXPECTED));
        return pod -> !isEmpty || pod.finalizers().contains(finalizer) || named.contains(pod.name());
    }

    /** Names of the Pods that were put on, or were about to be, as the record has them. */
    Set<String> recordedPods() {
        return Set.copyOf(names(Names.EMPLOYEES_PROTECTED));
    }

    private List<String> names(String record) {
        return List.of(records.getOrDefault(record, "").split(","));
    }

    /**
     * Why the Service is not served though it asks for traffic. The label alone does not ask for it: other objects have the label too; nor
     * does a Service that says {@code false}.
     */
    Optional<Wait> misfit() {
        boolean asks = !control().isEmpty()
                && !control().equals(Optional.of("false"))
                && employer.annotations().keySet().stream().anyMatch(ManagedService::isOfTraffic);
        return exists() && asks && !(takesPart() && type.equals(LOAD_BALANCER))
                ? Optional.of(ServiceWaits.misfit(this))
                : Optional.empty();
    }

    /** The value of the label by which a Service takes part. */
    Optional<String> control() {
        return Optional.ofNullable(employer.labels().get(Names.CONTROL));
    }

    /** True if the label has the one value that counts. */
    boolean takesPart() {
        return control().filter("true"::equals).isPresent();
    }

    private static boolean isOfTraffic(String annotation) {
        return annotation.startsWith(Names.TRAFFIC_DOMAIN + "/")
                || annotation.contains("." + Names.TRAFFIC_DOMAIN + "/");
    }

    /** True if an edit of the Service may leave the Service without a backend. */
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

    /** For users: {@code Service shop/web}. */
    String name() {
        return ref.toString();
    }

    /** The name of the Service in the annotation {@code available-conditions} of a Pod. */
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
