package io.kusionstack.operating.host.kube;

import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;

/** Where objects are at the API server; without the leading slash. */
final class ObjectPath {
    private ObjectPath() {}

    static String of(ObjectRef object) {
        return collection(object.kind(), object.namespace()) + "/" + object.name();
    }

    static String collection(ObjectKind kind, String namespace) {
        String root = kind.apiVersion().contains("/") ? "apis/" : "api/";
        return root + kind.apiVersion() + "/namespaces/" + namespace + "/" + kind.plural();
    }
}
