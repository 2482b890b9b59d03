package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadRevisionsTest {
    private final ReadRevisions read = new ReadRevisions();

    @Test
    void readsARevisionOnceAsLongAsItStaysAsItIs() {
        Revision first = read.of(List.of(stored("10", 1))).getFirst();

        assertThat(read.of(List.of(stored("10", 1))).getFirst()).isSameAs(first);
    }

    @Test
    void readsARevisionAgainThatChanged() {
        read.of(List.of(stored("10", 1)));

        assertThat(read.of(List.of(stored("11", 2))))
                .extracting(Revision::number)
                .containsExactly(2L);
    }

    @Test
    void forgetsWhatTheSetNoLongerHas() {
        Revision first = read.of(List.of(stored("10", 1))).getFirst();
        read.of(List.of());

        assertThat(read.of(List.of(stored("10", 1))).getFirst()).isNotSameAs(first);
    }

    private static ControllerRevision stored(String version, int number) {
        return new ObjectMapper().convertValue(Json.of("""
                apiVersion: apps/v1
                kind: ControllerRevision
                metadata: {namespace: shop, name: web-1, uid: uid-1, resourceVersion: '%s'}
                revision: %d
                data: {spec: {template: {spec: {containers: [{name: main, image: app}]}}}}
                """.formatted(version, number)), ControllerRevision.class);
    }
}
