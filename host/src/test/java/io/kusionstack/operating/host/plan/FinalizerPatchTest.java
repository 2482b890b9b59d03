package io.kusionstack.operating.host.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FinalizerPatchTest {
    private static final ObjectRef SERVICE = new ObjectRef(ObjectKind.SERVICE, "shop", "web", "uid-web");

    @Test
    void replacesTheWholeListUnderThePreconditionOfTheVersion() {
        Action action =
                FinalizerPatch.of(List.of("a", "b")).without("a").with("c").action(SERVICE, 7);

        assertThat(action).isInstanceOfSatisfying(Action.PatchObject.class, patch -> {
            assertThat(patch.resourceVersion()).isEqualTo(7);
            assertThat(patch.patch()).hasToString("{\"metadata\":{\"finalizers\":[\"b\",\"c\"]}}");
        });
    }

    @Test
    void isEmptyWhereTheSameFinalizersAreWantedInAnyOrder() {
        assertThat(FinalizerPatch.of(List.of("a", "b")).with("a").isEmpty()).isTrue();
        assertThat(FinalizerPatch.of(List.of("a", "b")).without("c").isEmpty()).isTrue();
        assertThat(FinalizerPatch.of(List.of("a", "b")).without("b").isEmpty()).isFalse();
        assertThat(FinalizerPatch.of(List.of("a")).with("b").isEmpty()).isFalse();
    }
}
