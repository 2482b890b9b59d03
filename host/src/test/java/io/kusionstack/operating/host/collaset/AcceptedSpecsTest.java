package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.kube.cache.ObjectCache;
import io.kusionstack.operating.host.model.CollaSet;
import io.kusionstack.operating.host.model.CollaSetSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AcceptedSpecsTest {
    private static final String ACCEPTED =
            "annotations: {collaset.operating.kusionstack.io/accepted-spec: '{\"replicas\":4}'}, ";

    @Test
    void tellsTheSpecThatTheNewestRevisionOfTheSetStores() {
        AcceptedSpecs accepted = new AcceptedSpecs(new Cached(List.of(
                revision("web-1", 1, "uid-web", ACCEPTED.replace('4', '7')),
                revision("web-2", 2, "uid-web", ACCEPTED),
                revision("other-9", 9, "uid-other", ACCEPTED.replace('4', '9')))));

        CollaSetSpec spec = accepted.accepted(set()).orElseThrow();

        assertThat(spec.replicas()).isEqualTo(4);
        assertThat(spec.template()).isEqualTo(Json.of("{metadata: {labels: {app: web-2}}}"));
    }

    @Test
    void tellsNothingWhereNoneWasStored() {
        assertThat(new AcceptedSpecs(new Cached(List.of(revision("web-1", 1, "uid-web", "")))).accepted(set()))
                .isEmpty();
    }

    private static CollaSet set() {
        return new ObjectMapper()
                .convertValue(Json.of("metadata: {namespace: shop, name: web, uid: uid-web}"), CollaSet.class);
    }

    private static ControllerRevision revision(String name, int number, String owner, String annotations) {
        return new ObjectMapper()
                .convertValue(Json.of("""
                apiVersion: apps/v1
                kind: ControllerRevision
                metadata: {namespace: shop, name: %1$s, uid: uid-%1$s, resourceVersion: '7', %4$s
                  ownerReferences: [{apiVersion: v1, kind: CollaSet, name: x, uid: %3$s, controller: true}]}
                revision: %2$d
                data: {spec: {template: {metadata: {labels: {app: %1$s}}}}}
                """.formatted(name, number, owner, annotations)), ControllerRevision.class);
    }

    private record Cached(List<ControllerRevision> all) implements ObjectCache<ControllerRevision> {
        @Override
        public Optional<ControllerRevision> get(Key key) {
            return Optional.empty();
        }

        @Override
        public List<ControllerRevision> list(String namespace) {
            return all;
        }

        @Override
        public void onChange(ObjectCache.ObjectListener<ControllerRevision> listener) {}
    }
}
