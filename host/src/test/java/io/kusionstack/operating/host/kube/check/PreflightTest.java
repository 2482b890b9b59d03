package io.kusionstack.operating.host.kube.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class PreflightTest {
    @Test
    void saysWhichKindsOnTheClusterHaveNoEffect() {
        assertThat(Preflight.unserved(Set.of("collasets", "poddecorations")))
                .containsExactly(
                        "objects of poddecorations.apps.kusionstack.io have no effect in this version: nothing is"
                                + " decorated or restarted for them; see docs/collaset.md");
        assertThat(Preflight.unserved(Set.of("collasets"))).isEmpty();
    }
}
