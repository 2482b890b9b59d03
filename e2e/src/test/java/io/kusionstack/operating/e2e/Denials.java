package io.kusionstack.operating.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.testbed.audit.AuditEvent;
import io.kusionstack.operating.testbed.audit.AuditLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What an API server refused an operator for lack of rights: deploy/rbac.yaml has to give every right that is used. */
record Denials(Path auditLog) {
    private static final int FORBIDDEN = 403;

    /** @param namespace in which the operator works; what belongs to no namespace counts too */
    void assertNone(String namespace) {
        Set<String> places = Set.of(namespace, "");
        try (Stream<AuditEvent> events = AuditLog.read(auditLog)) {
            List<String> denied = events.filter(event -> event.code() == FORBIDDEN)
                    .filter(event -> event.client().equals("operating") && places.contains(event.namespace()))
                    .map(event -> event.verb() + " " + event.resource() + " " + event.subresource())
                    .distinct()
                    .toList();
            assertThat(denied)
                    .as("refused for lack of rights, see deploy/rbac.yaml")
                    .isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
