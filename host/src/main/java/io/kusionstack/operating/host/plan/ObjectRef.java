package io.kusionstack.operating.host.plan;

/** Names one object; {@code uid} is empty for one that is yet to be created. */
public record ObjectRef(ObjectKind kind, String namespace, String name, String uid) {
    @Override
    public String toString() {
        return kind.kind() + " " + namespace + "/" + name;
    }
}
