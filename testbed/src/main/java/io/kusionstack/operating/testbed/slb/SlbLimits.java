package io.kusionstack.operating.testbed.slb;

import java.util.HashMap;
import java.util.Map;

/**
 * What the account may do.
 *
 * @param elementsPerCall backends in one call
 * @param backendsPerLoadBalancer backends in all groups of one load balancer
 * @param rates calls by action; {@code *} stands for every action that is not named; nothing there, nothing is throttled
 */
public record SlbLimits(int elementsPerCall, int backendsPerLoadBalancer, Map<String, Rate> rates) {
    /**
     * A token bucket per access key and action.
     *
     * @param burst so many at once
     * @param perSecond so many more each second
     */
    public record Rate(int burst, double perSecond) {}

    public SlbLimits {
        rates = Map.copyOf(rates);
    }

    /** As documented: 20 elements, 200 backends; no throttling. */
    public static SlbLimits documented() {
        return new SlbLimits(20, 200, Map.of());
    }

    /** 20 elements, and room for any number of backends and calls. */
    public static SlbLimits wide() {
        return new SlbLimits(20, Integer.MAX_VALUE, Map.of());
    }

    /** The same with a rate for an action, or for {@code *}. */
    public SlbLimits with(String action, Rate rate) {
        Map<String, Rate> more = new HashMap<>(rates);
        more.put(action, rate);
        return new SlbLimits(elementsPerCall, backendsPerLoadBalancer, more);
    }
}
