package io.kusionstack.operating.testbed.junit;

/**
 * A namespace that belongs to one test; with all in it, it is deleted after the test, which does not wait for that.
 *
 * @param name begins with the name of the test's class
 */
public record TestNamespace(String name) {
    /** The path of a collection in this namespace, for example {@code path("/api/v1", "pods")}. */
    public String path(String groupVersion, String plural) {
        return groupVersion + "/namespaces/" + name + "/" + plural;
    }
}
