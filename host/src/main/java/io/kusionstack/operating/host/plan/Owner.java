package io.kusionstack.operating.host.plan;

import io.kusionstack.operating.host.model.Names;

/** An owner reference. */
public record Owner(String apiVersion, String kind, String name, String uid, boolean controller) {
    /** Of any version of the API. */
    public boolean isCollaSet() {
        return kind.equals(ObjectKind.COLLASET.kind()) && apiVersion.startsWith(Names.GROUP + "/");
    }
}
