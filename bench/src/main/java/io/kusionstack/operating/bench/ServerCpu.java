package io.kusionstack.operating.bench;

import java.time.Duration;
import java.util.Map;

/** Processor time, of user and system, of the two processes that every request costs; to 10 ms, as Linux counts it. */
record ServerCpu(Duration apiServer, Duration etcd) {
    /** What they have used since they started. @param processes ids by the names of the programs */
    static ServerCpu of(Map<String, Long> processes) {
        return new ServerCpu(used(processes, "kube-apiserver"), used(processes, "etcd"));
    }

    private static Duration used(Map<String, Long> processes, String program) {
        Long pid = processes.get(program);
        if (pid == null) {
            throw new IllegalStateException(program + " does not run, of " + processes.keySet());
        }
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow(() -> new IllegalStateException("the system does not tell the CPU time of " + program));
    }

    ServerCpu minus(ServerCpu earlier) {
        return new ServerCpu(apiServer.minus(earlier.apiServer), etcd.minus(earlier.etcd));
    }
}
