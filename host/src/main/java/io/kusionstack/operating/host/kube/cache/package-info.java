/**
 * What the host knows of the cluster: one watch of Pods, and a cache of each small kind.
 *
 * <p>Doors: {@link io.kusionstack.operating.host.kube.cache.PodCache} and
 * {@link io.kusionstack.operating.host.kube.cache.ObjectCache} to look,
 * {@link io.kusionstack.operating.host.kube.cache.ClusterCaches} to have them all,
 * {@link io.kusionstack.operating.host.kube.cache.PodStream} to keep Pods alone. Looking never blocks and any thread may
 * do it.
 */
@NullMarked
package io.kusionstack.operating.host.kube.cache;

import org.jspecify.annotations.NullMarked;
