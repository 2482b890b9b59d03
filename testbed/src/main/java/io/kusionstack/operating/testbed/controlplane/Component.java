package io.kusionstack.operating.testbed.controlplane;

import java.util.Arrays;
import java.util.List;

/** The four programs of a control plane. */
enum Component {
    ETCD("etcd"),
    API_SERVER("kube-apiserver"),
    CONTROLLER_MANAGER("kube-controller-manager"),
    SCHEDULER("kube-scheduler");

    private final String program;

    Component(String program) {
        this.program = program;
    }

    /** The file name of the program, also the name of its log and the start of its user agent. */
    String program() {
        return program;
    }

    static List<String> programs() {
        return Arrays.stream(values()).map(Component::program).toList();
    }
}
