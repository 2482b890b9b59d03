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
     * does not select the Pod any more.
     *
     * @param employer as the annotation names it: {@code Kind/namespace/name}
     */
    boolean employs(PodRecord pod, String employer);

    /**
     * The finalizers that the Pod has to expect, also before its annotation says so.
     *
     * @return full finalizer by employer
     */
    default SortedMap<String, String> expected(PodRecord pod) {
        return Collections.emptySortedMap();
    }

    /** Why a Pod that has all its finalizers does not get requests again yet: it was off, and was not observed on since. */
    default Optional<Wait> returning(PodRecord pod) {
        return Optional.empty();
    }

    /** Combines both: an expectation is valid while neither rules it out. */
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
