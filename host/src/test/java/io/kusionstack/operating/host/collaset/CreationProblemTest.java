package io.kusionstack.operating.host.collaset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.plan.WriteResult;
import org.junit.jupiter.api.Test;

class CreationProblemTest {
    @Test
    void readsTheAnswerOfTheServerOnce() {
        assertThat(CreationProblem.of(422, "spec.containers[0].image: Required value"))
                .isEqualTo(CreationProblem.CONTENT);
        assertThat(CreationProblem.of(400, "strict decoding error: unknown field \"spec.imagePullPolicy\""))
                .isEqualTo(CreationProblem.UNKNOWN_FIELD);
        assertThat(CreationProblem.of(400, "admission webhook \"a.b\" denied the request: no"))
                .isEqualTo(CreationProblem.DENIED);
        assertThat(CreationProblem.of(403, "pods \"web-0\" is forbidden: exceeded quota: small"))
                .isEqualTo(CreationProblem.QUOTA);
        assertThat(CreationProblem.of(403, "pods \"web-0\" is forbidden: failed quota: small: must specify cpu"))
                .isEqualTo(CreationProblem.CONTENT);
        assertThat(CreationProblem.of(
                        403,
                        "pods \"web-0\" is forbidden: unable to create new content in namespace shop because it is being"
                                + " terminated"))
                .isEqualTo(CreationProblem.NAMESPACE_TERMINATING);
        assertThat(CreationProblem.of(refused("admission webhook \"a.b\" does not support dry run")))
                .isEqualTo(CreationProblem.NO_DRY_RUN);
        assertThat(CreationProblem.of(refused("admission webhook \"a.b\" denied the request: use a dry run first")))
                .isEqualTo(CreationProblem.DENIED);
        assertThat(CreationProblem.of(500, "denied")).isEqualTo(CreationProblem.OTHER);
        assertThat(CreationProblem.of(0, "")).isEqualTo(CreationProblem.OTHER);
    }

    private static WriteResult.NotDone refused(String message) {
        return new WriteResult.NotDone(WriteResult.Cause.REFUSED, 400, message);
    }
}
