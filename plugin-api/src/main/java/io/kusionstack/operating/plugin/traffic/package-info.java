/**
 * Traffic control: take a Pod off a load balancer or registry and put it back.
 * {@link io.kusionstack.operating.plugin.traffic.TrafficProvider} is the extension point.
 *
 * <p>The host decides which Pods should be on or off and when a protection finalizer moves; the plugin only knows how to ask
 * its provider. A change is applied, then observed until the provider shows it: only what
 * {@link io.kusionstack.operating.plugin.traffic.TrafficControl#observe} returns counts as done.
 *
 * <pre>{@code
 * final class RegistryControl implements TrafficControl {
 *     public String lockKey(Employer employer) {
 *         return employer.annotations().get("registry.traffic.operating.kusionstack.io/pool");
 *     }
 *
 *     public Observation observe(Employer employer, Instant deadline) {
 *         Instant readAt = clock.instant();
 *         return registry.list(lockKey(employer), deadline)
 *                 .<Observation>map(members -> new Observation.Known(readAt, backends(members)))
 *                 .orElseGet(() -> new Observation.Unknown("the registry does not answer", Duration.ofSeconds(5)));
 *     }
 *
 *     public List<BackendResult> apply(Employer employer, List<BackendChange> changes, Instant deadline) {
 *         return changes.stream()
 *                 .map(change -> new BackendResult(change.backend(), registry.send(lockKey(employer), change)))
 *                 .toList();
 *     }
 * }
 * }</pre>
 */
@NullMarked
package io.kusionstack.operating.plugin.traffic;

import org.jspecify.annotations.NullMarked;
