package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two sets share a ResourceContext, and an entry of the other set has the id of a Pod of this one. */
class SharedContextTest {
    private static final InstanceIdentity FOREIGN = InstanceIdentity.adopted(1, "other", "other-1");

    @ParameterizedTest
    @ValueSource(strings = {"web-1", "web-2"})
    void theEntryOfTheOtherSetStaysAsItIs(String revision) {
        InstanceIdentity own = InstanceIdentity.adopted(0, "web", "web-2");
        Snapshots snapshots = Snapshots.of(Snapshots.set().replicas(2))
                .pods(
                        Snapshots.pod(0).revision("web-2").image("app:v2"),
                        Snapshots.pod(1).revision(revision))
                .identities(own, FOREIGN, InstanceIdentity.allocated(2, "web", "web-2"));

        assertThat(snapshots.plan().intent().actions()).isEmpty();
    }
}
