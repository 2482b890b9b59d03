package io.kusionstack.operating.host;

import io.kusionstack.operating.host.kube.check.Preflight;
import io.kusionstack.operating.host.model.Names;
import java.util.List;
import java.util.stream.Stream;

/** What the host has to be allowed to do, and nothing beyond; deploy/rbac.yaml says the same. */
final class Rights {
    static final List<Preflight.RequiredRight> NEEDED = Stream.of(
                    rights("", "pods", "list", "watch", "get", "create", "patch", "delete"),
                    rights("", "pods/status", "patch"),
                    rights("", "nodes", "list", "watch", "get"),
                    rights("", "services", "list", "watch", "get", "patch"),
                    rights("", "events", "get", "create", "patch"),
                    rights("discovery.k8s.io", "endpointslices", "list", "watch"),
                    rights("apps", "controllerrevisions", "list", "watch", "get", "create", "patch", "delete"),
                    rights(Names.GROUP, "collasets", "list", "watch", "get", "patch"),
                    rights(Names.GROUP, "collasets/status", "patch"),
                    rights(Names.GROUP, "collasets/finalizers", "update"),
                    rights(Names.GROUP, "podtransitionrules", "list", "watch", "get", "patch"),
                    rights(Names.GROUP, "podtransitionrules/status", "patch"),
                    rights(Names.GROUP, "resourcecontexts", "list", "watch", "get", "create", "patch", "delete"))
            .flatMap(List::stream)
            .toList();

    private Rights() {}

    private static List<Preflight.RequiredRight> rights(String group, String resource, String... verbs) {
        return Stream.of(verbs)
                .map(verb -> new Preflight.RequiredRight(group, resource, verb))
                .toList();
    }
}
