package io.kusionstack.operating.host.kernel;

/** Names one object of the kind a controller looks after; carries nothing else, so that equal keys merge in the queue. */
public record Key(String namespace, String name) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
