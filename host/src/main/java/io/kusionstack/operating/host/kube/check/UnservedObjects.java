package io.kusionstack.operating.host.kube.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.kusionstack.operating.host.kernel.DelayedTasks;
import io.kusionstack.operating.host.kube.ApiClient;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.kube.ClusterAccess;
import io.kusionstack.operating.host.plan.Action;
import io.kusionstack.operating.host.plan.ObjectKind;
import io.kusionstack.operating.host.plan.ObjectRef;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects of Kuperator that this version does not serve, each told once by an event on it, for the user who created it. They are
 * listed at the start and every few minutes; where the cluster does not define them, or the right to list them is missing, there is
 * nothing to tell. Works in the background.
 */
public final class UnservedObjects implements AutoCloseable {
    /** Their kinds. */
    public static final List<ObjectKind> KINDS = List.of(ObjectKind.OPERATION_JOB, ObjectKind.POD_DECORATION);

    private static final Logger LOG = LoggerFactory.getLogger(UnservedObjects.class);
    private static final Duration EVERY = Duration.ofMinutes(5);
    private static final int MOST_OF_A_KIND = 100;
    private static final int MOST_REMEMBERED = 10_000;

    private final ApiClient client;
    private final List<String> namespaces;
    private final Consumer<Action.Announce> events;
    private final DelayedTasks later = new DelayedTasks("actuator");
    // used by one look after the other
    private final Set<String> told = new HashSet<>();

    /**
     * @param namespaces none means all
     * @param events takes what is to be told; does not block
     */
    public UnservedObjects(ClusterAccess access, List<String> namespaces, Consumer<Action.Announce> events) {
        this.client = new ApiClient(access);
        this.namespaces = namespaces.isEmpty() ? List.of("") : List.copyOf(namespaces);
        this.events = events;
    }

    /** Looks now and again; once. */
    public void start() {
        later.after(Duration.ZERO, this::look);
    }

    private void look() {
        for (ObjectKind kind : KINDS) {
            namespaces.forEach(namespace -> look(kind, namespace));
        }
        later.after(EVERY, this::look);
    }

    private void look(ObjectKind kind, String namespace) {
        String path = (namespace.isEmpty()
                        ? "apis/" + kind.apiVersion() + "/" + kind.plural()
                        : ApiClient.collection(kind, namespace))
                + "?limit=" + MOST_OF_A_KIND;
        try {
            ApiResponse answer = client.get(path);
            if (answer.isSuccess()) {
                answer.json().path("items").forEach(item -> tell(kind, item.path("metadata")));
            }
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("kind", kind.kind()).log("Cannot list what is not served; tried again", e);
        }
    }

    private void tell(ObjectKind kind, JsonNode metadata) {
        String uid = metadata.path("uid").asText();
        if (told.size() >= MOST_REMEMBERED || !told.add(uid)) {
            return;
        }
        events.accept(
                new Action.Announce(
                        new ObjectRef(
                                kind,
                                metadata.path("namespace").asText(),
                                metadata.path("name").asText(),
                                uid),
                        Action.Severity.WARNING,
                        "NotServed",
                        "this version of the operator does not serve " + kind.kind()
                                + " objects: nothing is decorated or done because of it; see docs/collaset.md, \"Not offered yet\""));
    }

    @Override
    public void close() {
        later.close();
        client.close();
    }
}
