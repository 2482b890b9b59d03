package io.kusionstack.operating.testbed.demo;

/**
 * The most Pods that were out of service at any moment that was seen. A Pod counts as in service as a rule counts it; one
 * that does not exist counts as out. For one thread.
 */
final class OutOfService {
    private final int wanted;
    private int now;
    private int most;

    /** @param wanted how many Pods there should be */
    OutOfService(int wanted) {
        this.wanted = wanted;
    }

    /** @param inService how many Pods are in service at one moment */
    void see(int inService) {
        now = Math.max(0, wanted - inService);
        most = Math.max(most, now);
    }

    int now() {
        return now;
    }

    int most() {
        return most;
    }
}
