package io.kusionstack.operating.host.kube.write;

import java.time.Duration;

/** Asked immediately before each write: does the lease surely last longer than the request may take? Any thread; never blocks. */
@FunctionalInterface
public interface Fence {
    /** @param requestTimeout how long the write may be under way, on the client's side and on the server's */
    boolean isOpenFor(Duration requestTimeout);

    /** For a host that runs without a lease. */
    static Fence alwaysOpen() {
        return requestTimeout -> true;
    }
}
