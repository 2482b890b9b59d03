package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.host.model.Names;
import io.kusionstack.operating.plugin.PodRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The cached data of one Pod, immutable. Any other field that a rule asks for is read live.
 *
 * @param generation 0 if the server has none
 * @param deletion the deletion timestamp, null while the Pod is not terminating
 * @param labels all labels
 * @param annotations those under {@code kusionstack.io} and those named by a rule
 * @param node empty until bound
 * @param claims claim name by volume name
 * @param containers regular containers in the order of the spec, then init containers
 * @param message why the Pod ended, in the words of the kubelet, at their beginning; empty for one that has not ended
 * @param conditions Ready, ContainersReady, DisruptionTarget, PodScheduled and every listed readiness gate
 * @param observedGeneration 0 if the kubelet reports none
 * @param fieldTracking whether the API server tracks the writer of each field
 */
public record PodRecord(
        PodRef ref,
        long resourceVersion,
        long generation,
        Instant created,
        @Nullable Instant deletion,
        Map<String, String> labels,
        Map<String, String> annotations,
        List<String> finalizers,
        List<Owner> owners,
        String node,
        List<String> readinessGates,
        Map<String, String> claims,
        List<ContainerRecord> containers,
        String phase,
        String reason,
        String message,
        List<String> ips,
        List<PodCondition> conditions,
        long observedGeneration,
        FieldTracking fieldTracking) {

    /** Newer than that of any record. */
    public static final long ANY_VERSION = Long.MAX_VALUE;

    public PodRecord {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        finalizers = List.copyOf(finalizers);
        owners = List.copyOf(owners);
        readinessGates = List.copyOf(readinessGates);
        claims = Map.copyOf(claims);
        containers = List.copyOf(containers);
        ips = List.copyOf(ips);
        conditions = List.copyOf(conditions);
    }

    public String namespace() {
        return ref.namespace();
    }

    public String name() {
        return ref.name();
    }

    public String uid() {
        return ref.uid();
    }

    public Optional<String> label(String key) {
        return Optional.ofNullable(labels.get(key));
    }

    public boolean hasLabel(String key) {
        return labels.containsKey(key);
    }

    public Optional<PodCondition> condition(String type) {
        for (PodCondition condition : conditions) {
            if (condition.type().equals(type)) {
                return Optional.of(condition);
            }
        }
        return Optional.empty();
    }

    public Optional<Owner> controller() {
        return owners.stream().filter(Owner::controller).findFirst();
    }

    /** True if the Pod takes part in the lifecycle. */
    public boolean controlled() {
        return "true".equals(labels.get(Names.CONTROL));
    }

    public boolean terminating() {
        return deletion != null;
    }

    /** True if the Pod ended and never runs again. */
    public boolean inactive() {
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    /** True if the Pod lists the readiness gate that the lifecycle flips. */
    public boolean gated() {
        return readinessGates.contains(Names.SERVICE_READY);
    }

    /** False while the kubelet is known not to have seen the newest spec. */
    public boolean isObserved() {
        return observedGeneration == 0 || observedGeneration >= generation;
    }

    /** True if the lifecycle has taken the Pod out of service: it may be waiting for traffic to be off. */
    public boolean gateClosed() {
        return condition(Names.SERVICE_READY).filter(PodCondition::isFalse).isPresent();
    }

    /**
     * Ready, and every listed gate True: a kubelet may still publish Ready=True after a gate became False, so the
     * condition alone proves nothing.
     */
    public boolean ready() {
        if (condition(PodCondition.READY).filter(PodCondition::isTrue).isEmpty()) {
            return false;
        }
        return gatesOpen(readinessGates);
    }

    /** True if a budget may rely on the Pod: it has the label available, is ready, and is not terminating. */
    public boolean available() {
        return hasLabel(Names.SERVICE_AVAILABLE) && ready() && !terminating();
    }

    /**
     * True if the Pod may be getting requests now, or may get some again without a write of ours: it is Ready, or about to
     * be, whatever its labels say; or it stopped being Ready less than 30 s ago while its containers run. False for one that
     * is terminating, whose gate is closed, or that is broken: a container waits or ended, or was never ready since it started.
     */
    public boolean mayServe(Instant now) {
        return mayServeUntil().filter(now::isBefore).isPresent();
    }

    /** Until when {@link #mayServe} holds though nothing happens; {@link Instant#MAX} for as long as nothing does. */
    public Optional<Instant> mayServeUntil() {
        return Serving.until(this);
    }

    /** True if only the kubelet has to publish Ready: the containers are ready, and every listed gate is True. */
    public boolean readyButForKubelet() {
        return containersReady() && gatesOpen(readinessGates);
    }

    /** As {@link #readyButForKubelet}, but the gate of the lifecycle may have any status. */
    public boolean readyButForOurGate() {
        return containersReady()
                && gatesOpen(readinessGates.stream()
                        .filter(gate -> !gate.equals(Names.SERVICE_READY))
                        .toList());
    }

    private boolean containersReady() {
        return condition(PodCondition.CONTAINERS_READY)
                .filter(PodCondition::isTrue)
                .isPresent();
    }

    private boolean gatesOpen(List<String> gates) {
        return gates.stream()
                .allMatch(gate -> condition(gate).filter(PodCondition::isTrue).isPresent());
    }

    public boolean isProtected() {
        return finalizers.stream().anyMatch(finalizer -> finalizer.startsWith(Names.PROTECTION_PREFIX));
    }

    /** True if the records differ in nothing but their resourceVersion: others changed only what no record holds. */
    public boolean isLike(PodRecord other) {
        return equals(other.at(resourceVersion));
    }

    /** This record with a version that no record is newer than: what is decided on it holds for all records that are like it. */
    public PodRecord ofAnyVersion() {
        return at(ANY_VERSION);
    }

    private PodRecord at(long version) {
        return new PodRecord(
                ref,
                version,
                generation,
                created,
                deletion,
                labels,
                annotations,
                finalizers,
                owners,
                node,
                readinessGates,
                claims,
                containers,
                phase,
                reason,
                message,
                ips,
                conditions,
                observedGeneration,
                fieldTracking);
    }

    /** The Pod after {@code edit} was written; the resourceVersion stays that of the record. */
    public PodRecord with(PodEdit edit) {
        Set<String> kept = new LinkedHashSet<>(finalizers);
        kept.removeAll(edit.removeFinalizers());
        kept.addAll(edit.addFinalizers());
        List<ContainerRecord> wanted = new ArrayList<>();
        for (ContainerRecord container : containers) {
            String image = edit.images().get(container.name());
            wanted.add(image == null ? container : container.withImage(image));
        }
        return new PodRecord(
                ref,
                resourceVersion,
                generation,
                created,
                deletion,
                edit.labels().on(labels),
                edit.annotations().on(annotations),
                List.copyOf(kept),
                owners,
                node,
                readinessGates,
                claims,
                wanted,
                phase,
                reason,
                message,
                ips,
                edit.serviceReady().map(this::conditionsWithGate).orElse(conditions),
                observedGeneration,
                fieldTracking);
    }

    private List<PodCondition> conditionsWithGate(boolean ready) {
        List<PodCondition> result = new ArrayList<>(conditions);
        result.removeIf(condition -> condition.type().equals(Names.SERVICE_READY));
        result.add(new PodCondition(Names.SERVICE_READY, ready ? "True" : "False", "", Instant.EPOCH));
        return result;
    }
}
