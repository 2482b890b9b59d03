package io.kusionstack.operating.host.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiResponseTest {
    @ParameterizedTest
    @CsvSource({
        "7, 7, 7",
        "007, 7, 7",
        "999999999999999999, 999999999999999999, 60",
        "9999999999999999999, 0, 0",
        "99999999999999999999, 0, 0",
        "'', 0, 0",
        "-1, 0, 0",
        "1.5, 0, 0",
        "'Wed, 21 Oct 2026 07:28:00 GMT', 0, 0",
        "\u0663\u0663, 0, 0",
        "\uff17, 0, 0",
    })
    void aNumberOfTheServerIsReadOrCountsAsAbsent(String written, long version, long pause) throws IOException {
        assertThat(ApiResponse.version(written)).isEqualTo(version);
        assertThat(ApiResponse.of(response(written)).retryAfter()).isEqualTo(Duration.ofSeconds(pause));
    }

    private static Response response(String retryAfter) {
        return new Response.Builder()
                .request(new Request.Builder().url("http://127.0.0.1/").build())
                .protocol(Protocol.HTTP_1_1)
                .code(429)
                .message("Too Many Requests")
                .headers(new okhttp3.Headers.Builder()
                        .addUnsafeNonAscii("Retry-After", retryAfter)
                        .build())
                .body(ResponseBody.create(new byte[0], null))
                .build();
    }
}
