package io.kusionstack.operating.bench;

/** An update by the host beside the floors. */
record UpdateReport(HostRun host, Floors floors) {
    /** The host's share of the plain floor's Pods per second; 1 is as fast. */
    double ofPlainFloor() {
        return host.run().podsPerSecond() / floors.plain().podsPerSecond();
    }

    /** The host's share of the lean floor's Pods per second; 1 is as fast. */
    double ofLeanFloor() {
        return host.run().podsPerSecond() / floors.lean().podsPerSecond();
    }
}
