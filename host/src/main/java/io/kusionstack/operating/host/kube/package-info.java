/**
 * The API server: how it is reached, asked and understood.
 *
 * <p>Doors: {@link io.kusionstack.operating.host.kube.ClusterAccess} where it is and the identity of the host,
 * {@link io.kusionstack.operating.host.kube.ApiClient} single requests,
 * {@link io.kusionstack.operating.host.kube.ApiResponse} their answers,
 * {@link io.kusionstack.operating.host.kube.ApiReads} reads for plugins. The rooms below it keep what the cluster holds
 * ({@code kube.cache}), change it ({@code kube.write}), and check at the start that the host can work there
 * ({@code kube.check}).
 */
@NullMarked
package io.kusionstack.operating.host.kube;

import org.jspecify.annotations.NullMarked;
