package io.kusionstack.operating.host.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.kusionstack.operating.host.kernel.Key;
import io.kusionstack.operating.host.model.Names;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ManagedServicesTest {
    private static final Key WEB = new Key("shop", "web");
    private static final String RECORD = "[{\"plugin\":\"slb\",\"lockKey\":\"lb-1\",\"groups\":[]}]";
    private static final Service HELD = service("uid-1", RECORD, true);

    private final ManagedServices services = new ManagedServices();

    @Test
    void oneThatGoesWithItsFinalizerIsKeptAndSelectsNobody() {
        services.changed(null, HELD);
        services.changed(HELD, null);

        ManagedService departed = services.departed(WEB).orElseThrow();
        assertThat(departed.exists()).isFalse();
        assertThat(departed.selector()).isEmpty();
        assertThat(ManagedService.of(HELD).hasBecome(departed)).isTrue();
        assertThat(services.of("shop")).containsExactly(departed);
    }

    @Test
    void oneFromWhichTheHostTakesTheFinalizerIsNotKept() {
        services.changed(null, HELD);
        services.release(ManagedService.of(HELD));
        services.changed(HELD, null);

        assertThat(services.departed(WEB)).isEmpty();
        assertThat(services.of("shop")).isEmpty();
    }

    @Test
    void oneWhoseFinalizerCouldNotBeTakenIsKept() {
        services.changed(null, HELD);
        services.release(ManagedService.of(HELD));
        services.hold(ManagedService.of(HELD));
        services.changed(HELD, null);

        assertThat(services.departed(WEB)).isPresent();
    }

    @Test
    void oneThatWasNeverHeldLeavesItsPredecessorWhereItWas() {
        services.changed(HELD, null);
        ManagedService departed = services.departed(WEB).orElseThrow();
        Service again = service("uid-2", "", false);
        services.changed(null, again);
        assertThat(services.get(WEB)).hasValue(ManagedService.of(again));

        services.changed(again, null);
        assertThat(services.get(WEB)).hasValue(departed);
    }

    @Test
    void aSecondOneWithoutARecordDoesNotHideTheFirst() {
        services.changed(HELD, null);
        Service again = service("uid-2", "", true);
        services.changed(null, again);
        services.changed(again, null);

        assertThat(services.departed(WEB).orElseThrow().records()).containsEntry(Names.TRAFFIC_SERVED, RECORD);
    }

    @Test
    void forgetsNoOtherThanTheOneThatWasSeen() {
        services.changed(HELD, null);
        ManagedService first = services.departed(WEB).orElseThrow();
        Service again = service("uid-2", RECORD, true);
        services.changed(null, again);
        services.changed(again, null);

        services.forget(first);
        assertThat(services.departed(WEB))
                .hasValueSatisfying(last ->
                        assertThat(ManagedService.of(again).hasBecome(last)).isTrue());

        services.forget(services.departed(WEB).orElseThrow());
        assertThat(services.get(WEB)).isEmpty();
    }

    @Test
    void aCacheThatIsAheadOrBehindIsNotInStep() {
        services.changed(null, HELD);
        assertThat(services.isInStep(WEB, Optional.of(ManagedService.of(HELD)))).isTrue();
        assertThat(services.isInStep(WEB, Optional.empty())).as("ahead").isFalse();
        assertThat(services.isInStep(WEB, Optional.of(ManagedService.of(service("uid-2", "", false)))))
                .as("another one")
                .isFalse();

        services.changed(HELD, null);
        assertThat(services.isInStep(WEB, Optional.of(ManagedService.of(HELD))))
                .as("behind")
                .isFalse();
        assertThat(services.isInStep(WEB, Optional.empty())).isTrue();
    }

    private static Service service(String uid, String record, boolean held) {
        ServiceBuilder builder = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web")
                .withUid(uid)
                .withResourceVersion("1")
                .addToLabels(Names.CONTROL, "true")
                .endMetadata()
                .withNewSpec()
                .withType("LoadBalancer")
                .addToSelector("app", "web")
                .endSpec();
        if (held) {
            builder.editMetadata().addToFinalizers(Names.CLEAN_FINALIZER).endMetadata();
        }
        if (!record.isEmpty()) {
            builder.editMetadata()
                    .addToAnnotations(Names.TRAFFIC_SERVED, record)
                    .endMetadata();
        }
        return builder.build();
    }
}
