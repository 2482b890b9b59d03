package io.kusionstack.operating.host.traffic;

import java.util.Set;

/**
 * The groups that a Service has or wants.
 *
 * @param groups those that it names now; it is leaving the other groups of its record
 */
record GroupWish(ManagedService managedService, Set<String> groups) {
    boolean bars(String group, ManagedService other) {
        return groups.contains(group) || managedService.maySelectWith(other);
    }
}
