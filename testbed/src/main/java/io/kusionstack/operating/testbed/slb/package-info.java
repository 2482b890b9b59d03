/**
 * A load balancer to run against: a stateful stand-in for the part of Alibaba Cloud's CLB OpenAPI (2014-05-15) that moves
 * traffic, over HTTP on the loopback interface. {@link io.kusionstack.operating.testbed.slb.SlbEmulator} is the door. It
 * checks signatures as the real gateway does, is busy for a while after each write, throttles, refuses, hangs and loses
 * answers where it is told to, writes down every call, and knows at every instant which backends a client of the load
 * balancer would have reached. Any thread may enter.
 */
@NullMarked
package io.kusionstack.operating.testbed.slb;

import org.jspecify.annotations.NullMarked;
