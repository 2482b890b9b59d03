/**
 * Traffic control for Alibaba Cloud's classic load balancer (CLB, formerly SLB): a Pod's address is a backend of a vserver group.
 *
 * <p>{@link io.kusionstack.operating.plugins.slb.SlbProvider} is what the host loads. {@code SlbTraffic} does the work: it reads
 * the groups ({@code Standings} says how each backend stands), plans ({@code ChangePlanner}) and writes ({@code GroupWriter}). The
 * vendor's SDK is met only in {@code SdkSlbApi}, {@code SlbClient} and {@code JdkTransport}, behind {@code SlbApi}. Nothing is remembered between
 * calls but how fast the API may be called ({@code Pace}).
 */
@NullMarked
package io.kusionstack.operating.plugins.slb;

import org.jspecify.annotations.NullMarked;
