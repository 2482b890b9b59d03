package io.kusionstack.operating.bench;

import java.time.Duration;

/**
 * One update of all Pods, whoever made it.
 *
 * @param took from the first write to the last Pod back in service
 * @param server what it cost the API server and etcd, the aftermath included
 * @param stages of the Pods, where they were looked at
 */
record Run(int pods, Duration took, ServerCpu server, StageTimes stages) {
    double podsPerSecond() {
        return pods * 1e9 / took.toNanos();
    }

    double apiServerMillisPerPod() {
        return server.apiServer().toMillis() / (double) pods;
    }

    double etcdMillisPerPod() {
        return server.etcd().toMillis() / (double) pods;
    }
}
