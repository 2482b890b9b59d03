/**
 * Traffic control: take a Pod off a load balancer or registry and put it back.
 * {@link io.kusionstack.operating.plugin.traffic.TrafficProvider} is the extension point.
 *
 * <p>The host decides what should be on or off and when a protection finalizer moves; the plugin only knows how to ask its
 * provider. A change is applied, then observed until the provider shows it: only what
 * {@link io.kusionstack.operating.plugin.traffic.TrafficControl#observe} returns counts as done.
 */
@NullMarked
package io.kusionstack.operating.plugin.traffic;

import org.jspecify.annotations.NullMarked;
