package io.kusionstack.operating.host.kube.write;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts writes that were taken and are made again and again, because another client takes back what they change. Of the last thousand kinds
 * of writes of all Pods. Any thread.
 */
final class RepeatedWrites {
    /** An operation that is begun anew each time makes the same writes; nobody begins so many so soon. */
    private static final int MOST = 10;

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int REMEMBERED = 1024;

    // guarded by this
    private final Map<String, RepeatedWrite> rows = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RepeatedWrite> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record RepeatedWrite(int count, Instant last) {}

    /**
     * The write was taken.
     *
     * @param signature the same for each write of the kind
     * @return true from the tenth in a row on, each within half a minute after the one before
     */
    synchronized boolean note(String podUid, String signature, Instant now) {
        RepeatedWrite row = rows.merge(
                podUid + signature,
                new RepeatedWrite(1, now),
                (before, once) ->
                        now.isAfter(before.last.plus(SOON)) ? once : new RepeatedWrite(before.count + 1, now));
        return row.count >= MOST;
    }
}
