package io.kusionstack.operating.testbed.junit;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kusionstack.operating.testbed.Await;
import io.kusionstack.operating.testbed.api.Connection;
import io.kusionstack.operating.testbed.api.KubeApi;
import java.time.Duration;
import java.util.Locale;

/**
 * A namespace together with the duty to delete it.
 *
 * @param namespace what the test sees
 * @param connection of a user who may delete it
 */
record LentNamespace(TestNamespace namespace, Connection connection) implements AutoCloseable {
    private static final String USER_AGENT = "testbed-namespaces";
    private static final String COLLECTION = "/api/v1/namespaces";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Makes one whose name begins so; returns when Pods can be created in it. */
    static LentNamespace create(Connection connection, String prefix) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.putObject("metadata").put("generateName", word(prefix) + "-");
        try (KubeApi api = new KubeApi(connection, USER_AGENT)) {
            String name =
                    api.create(COLLECTION, object).path("metadata").path("name").asText();
            String account = COLLECTION + "/" + name + "/serviceaccounts/default";
            if (!Await.until(LIMIT, () -> api.find(account).isPresent())) {
                throw new IllegalStateException("Namespace " + name + " got no service account within "
                        + LIMIT.toSeconds() + " s: does the controller manager run?");
            }
            return new LentNamespace(new TestNamespace(name), connection);
        }
    }

    @Override
    public void close() {
        try (KubeApi api = new KubeApi(connection, USER_AGENT)) {
            api.delete(COLLECTION + "/" + namespace.name());
        }
    }

    private static String word(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        return plain.substring(0, Math.min(plain.length(), 40));
    }
}
