package io.kusionstack.operating.plugin;

/** Names one Pod for its whole life: a Pod that is created again under the same name has another uid. */
public record PodRef(String namespace, String name, String uid) {
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
