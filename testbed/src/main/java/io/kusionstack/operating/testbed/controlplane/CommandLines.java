package io.kusionstack.operating.testbed.controlplane;

import java.util.ArrayList;
import java.util.List;

/**
 * The command line of every component of an instance.
 *
 * @param instance where the components read and write
 * @param binaries the programs
 * @param ports where they listen
 */
record CommandLines(Instance instance, Binaries binaries, Ports ports) {
    List<String> of(Component component, ControlPlaneOptions options) {
        List<String> line = new ArrayList<>();
        line.add(binaries.of(component).toString());
        line.addAll(
                switch (component) {
                    case ETCD -> etcd();
                    case API_SERVER -> apiServer(options);
                    case CONTROLLER_MANAGER -> controllerManager();
                    case SCHEDULER -> client("system:kube-scheduler", ports.scheduler());
                });
        return line;
    }

    private List<String> etcd() {
        return List.of(
                "--data-dir=" + instance.data(),
                "--listen-client-urls=" + url(ports.etcd()),
                "--advertise-client-urls=" + url(ports.etcd()),
                "--listen-peer-urls=" + url(ports.etcdPeer()),
                "--initial-advertise-peer-urls=" + url(ports.etcdPeer()),
                "--initial-cluster=default=" + url(ports.etcdPeer()),
                // The default of 2 GB is full after some ten thousand updates of Pods within one compaction.
                "--quota-backend-bytes=8589934592",
                "--unsafe-no-fsync");
    }

    private List<String> apiServer(ControlPlaneOptions options) {
        List<String> flags = new ArrayList<>(List.of(
                "--etcd-servers=" + url(ports.etcd()),
                "--secure-port=" + ports.apiServer(),
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--cert-dir=" + instance.certificates(),
                "--token-auth-file=" + instance.tokens(),
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + instance.serviceAccountPublicKey(),
                "--service-account-signing-key-file=" + instance.serviceAccountKey(),
                "--authorization-mode=Node,RBAC",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--max-requests-inflight=2000",
                "--max-mutating-requests-inflight=1000"));
        if (options.audit()) {
            flags.add("--audit-policy-file=" + instance.folder().resolve("audit-policy.yaml"));
            flags.add("--audit-log-path=" + instance.auditLog());
            // One file: who counts requests must not miss those of a file that was rotated away.
            flags.add("--audit-log-maxsize=100000");
        }
        flags.addAll(options.apiServerFlags());
        return flags;
    }

    private List<String> controllerManager() {
        List<String> flags = new ArrayList<>(client("system:kube-controller-manager", ports.controllerManager()));
        flags.add("--service-account-private-key-file=" + instance.serviceAccountKey());
        flags.add("--use-service-account-credentials");
        // Simulated nodes say themselves that they are lost.
        flags.add("--node-monitor-grace-period=1h");
        flags.add("--concurrent-deployment-syncs=10");
        flags.add("--concurrent-replicaset-syncs=10");
        return flags;
    }

    private List<String> client(String user, int port) {
        String kubeconfig = instance.kubeconfig(user).toString();
        return List.of(
                "--kubeconfig=" + kubeconfig,
                "--authentication-kubeconfig=" + kubeconfig,
                "--authorization-kubeconfig=" + kubeconfig,
                "--leader-elect=false",
                "--bind-address=127.0.0.1",
                "--secure-port=" + port,
                // The default is 20 and 50 requests a second: 500 Pods took 8 s to be bound.
                "--kube-api-qps=1000",
                "--kube-api-burst=2000");
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }
}
