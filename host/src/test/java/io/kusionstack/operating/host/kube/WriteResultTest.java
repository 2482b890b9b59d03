package io.kusionstack.operating.host.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.kusionstack.operating.host.world.Results;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WriteResultTest {
    @ParameterizedTest
    @CsvSource({
        "200, '', WRITTEN",
        "201, '', WRITTEN",
        "404, pods \"a\" not found, CONFLICT",
        "409, the object has been modified, CONFLICT",
        "409, pods \"a\" already exists, CONFLICT",
        "409, Operation cannot be fulfilled on resourcequotas \"q\": the object has been modified, BUSY",
        "400, unknown field, REFUSED",
        "413, too large, REFUSED",
        "422, spec.containers[0].image: Required value, REFUSED",
        "401, Unauthorized, FORBIDDEN",
        "403, User \"host\" cannot patch resource \"pods\", FORBIDDEN",
        "429, too many requests, BUSY",
        "503, apiserver is shutting down, BUSY",
        "500, Internal error occurred: failed calling webhook \"a.b\": connection refused, FAILED",
        "500, etcdserver: request timed out, UNKNOWN",
        "504, Timeout: request did not complete within 10s, UNKNOWN",
        "429, admission webhook \"a.b\" denied the request: slow down, REFUSED",
        "500, admission webhook \"a.b\" denied the request: no, REFUSED",
    })
    void everyAnswerHasOneMeaning(int code, String message, String result) {
        assertThat(Results.word(answer(code, message).writeResult())).isEqualTo(result);
    }

    static ApiResponse answer(int code, String message) {
        String body = "{\"message\":\"" + message.replace("\"", "\\\"") + "\"}";
        return new ApiResponse(code, body.getBytes(StandardCharsets.UTF_8), Duration.ZERO);
    }
}
