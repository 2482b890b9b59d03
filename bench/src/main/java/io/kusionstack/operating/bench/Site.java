package io.kusionstack.operating.bench;

import io.kusionstack.operating.testbed.api.KubeApi;
import io.kusionstack.operating.testbed.controlplane.ControlPlane;

/** Where a benchmark is made: a control plane, a client of its own for it, and who is told how far it is. */
record Site(ControlPlane cluster, KubeApi api, Progress progress) {
    ServerCpu serverCpu() {
        return ServerCpu.of(cluster.instance().processes());
    }
}
