package io.kusionstack.operating.host.plan;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The port through which the lifecycle learns which finalizers a Pod needs to be in service: whether one that the Pod
 * expects can still come, and which ones it is to expect. Any thread; never blocks.
 */
@FunctionalInterface
public interface Employers {
    /**
     * False only if it is certain that the employer will never put its finalizer on this Pod: the Service is gone, or
     * selects the Pod no more.
     *
     * @param employer as the annotation names it: {@code Kind/namespace/name}
     */
    boolean employs(PodRecord pod, String employer);

    /**
     * What the Pod has to expect, whether its annotation says so yet or not.
     *
     * @return full finalizer by employer
     */
    default SortedMap<String, String> expected(PodRecord pod) {
        return Collections.emptySortedMap();
    }

    /** Why a Pod whose finalizers are all there is not served again yet: it was off, and was not seen on since. */
    default Optional<Wait> returning(PodRecord pod) {
        return Optional.empty();
    }

    /** Every expectation stands: for hosts that don't look at Services. */
    static Employers unknown() {
        return (pod, employer) -> true;
    }

    /** Both know something: an expectation stands while neither rules it out. */
    default Employers with(Employers other) {
        Employers one = this;
        return new Employers() {
            @Override
            public boolean employs(PodRecord pod, String employer) {
                return one.employs(pod, employer) && other.employs(pod, employer);
            }

            @Override
            public SortedMap<String, String> expected(PodRecord pod) {
                SortedMap<String, String> mine = one.expected(pod);
                SortedMap<String, String> others = other.expected(pod);
                if (mine.isEmpty() || others.isEmpty()) {
                    return mine.isEmpty() ? others : mine;
                }
                SortedMap<String, String> all = new TreeMap<>(mine);
                all.putAll(others);
                return all;
            }

            @Override
            public Optional<Wait> returning(PodRecord pod) {
                return one.returning(pod).or(() -> other.returning(pod));
            }
        };
    }
}
