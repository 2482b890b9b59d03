package io.kusionstack.operating.plugins.slb;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the groups of one Service were found to be.
 *
 * @param at when the oldest of the reads began
 * @param groups those that are there, by id
 * @param missing one sentence on those that are proven not to be; empty where all are there
 */
record GroupsRead(Instant at, Map<String, ServerGroup> groups, String missing) {
    /** A load balancer may have hundreds of groups. */
    private static final int MOST_NAMED = 10;

    /** @throws SlbRefusal if one of them was not read, and nothing proves that it is not there */
    static GroupsRead of(ServiceTraffic service, SharedReads reads, SlbApi api, SharedReads.When when)
            throws SlbRefusal {
        Instant at = Instant.MAX;
        Map<String, ServerGroup> groups = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        for (ServiceTraffic.PortGroup wanted : service.groups()) {
            try {
                SharedReads.Read<ServerGroup> read = reads.group(wanted.group(), when);
                at = read.isBefore(at) ? read.at() : at;
                if (read.value().isOf(service.loadBalancer())) {
                    groups.put(wanted.group(), read.value());
                } else {
                    missing.add("group " + wanted.group() + " belongs to load balancer "
                            + read.value().loadBalancer() + ", not to " + service.loadBalancer());
                }
            } catch (SlbRefusal refusal) {
                missing.add(proven(wanted.group(), service.loadBalancer(), api, when, refusal));
                at = when.notBefore().isBefore(at) ? when.notBefore() : at;
            }
        }
        return new GroupsRead(at, groups, String.join("; ", missing));
    }

    /** The load balancer's own list does not have it, or the account's list has no such load balancer: nothing less says so. */
    private static String proven(
            String group, String loadBalancer, SlbApi api, SharedReads.When when, SlbRefusal refusal)
            throws SlbRefusal {
        if (!Codes.mayBeGone(refusal)) {
            throw refusal;
        }
        List<String> there;
        try {
            there = api.groups(loadBalancer, when.deadline());
        } catch (SlbRefusal unlisted) {
            if (!Codes.mayBeGone(unlisted) || api.isThere(loadBalancer, when.deadline())) {
                throw unlisted;
            }
            return "group " + group + ": the account has no load balancer " + loadBalancer + " in this region";
        }
        if (there.contains(group)) {
            throw refusal;
        }
        return "group " + group + " is not among the groups of load balancer " + loadBalancer + ", which are "
                + (there.size() <= MOST_NAMED
                        ? there
                        : there.subList(0, MOST_NAMED) + " and " + (there.size() - MOST_NAMED) + " more");
    }
}
