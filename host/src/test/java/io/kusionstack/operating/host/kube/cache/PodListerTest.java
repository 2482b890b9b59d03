package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Set;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.Test;

class PodListerTest {
    private final PodLister lister = lister(PodStream.Encoding.PROTOBUF);

    private static PodLister lister(PodStream.Encoding encoding) {
        return new PodLister("http://127.0.0.1/", new OkHttpClient(), new PodParser(Set.of(), encoding));
    }

    @Test
    void asksForProtobufUncompressedAndTakesJson() {
        Request request = lister.watchAll("shop").request();

        assertThat(request.header("Accept")).isEqualTo("application/vnd.kubernetes.protobuf,application/json");
        assertThat(request.header("Accept-Encoding")).isEqualTo("identity");
        assertThat(request.url().encodedPath()).isEqualTo("/api/v1/namespaces/shop/pods");
    }

    @Test
    void asksForJsonAloneWhereItIsToldTo() {
        Request request = lister(PodStream.Encoding.JSON).watchFrom("", 7).request();

        assertThat(request.header("Accept")).isEqualTo("application/json");
        assertThat(request.header("Accept-Encoding")).isEqualTo("identity");
        assertThat(request.url().encodedPath()).isEqualTo("/api/v1/pods");
    }

    @Test
    void saysThatAStreamIsCompressed() {
        assertThatThrownBy(() -> lister.events(compressed(200, "OK")))
                .isInstanceOf(IOException.class)
                .hasMessage("the API server, or a proxy before it, sends Pods with Content-Encoding gzip although the"
                        + " request says Accept-Encoding: identity");
    }

    @Test
    void keepsTheCodeAndThePhraseOfARefusalThatIsCompressed() {
        assertThatThrownBy(() -> lister.events(compressed(502, "Bad Gateway")))
                .isInstanceOfSatisfying(
                        PodLister.ListRefused.class,
                        refused -> assertThat(refused.answer().code()).isEqualTo(502))
                .hasMessage("HTTP 502: Bad Gateway");
        assertThatThrownBy(() -> lister.events(compressed(410, "")))
                .isInstanceOfSatisfying(
                        PodLister.ListRefused.class,
                        refused -> assertThat(refused.answer().isGone()).isTrue());
    }

    private Response compressed(int code, String phrase) {
        return new Response.Builder()
                .request(lister.watchAll("").request())
                .protocol(Protocol.HTTP_1_1)
                .code(code)
                .message(phrase)
                .header("Content-Encoding", "gzip")
                .body(ResponseBody.create(new byte[] {0x1f, (byte) 0x8b}, null))
                .build();
    }
}
