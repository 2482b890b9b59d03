package io.kusionstack.operating.testbed.slb;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Calls an emulator as an SDK does: everything in the query of a POST. */
final class RawClient implements AutoCloseable {
    record Answer(int status, JsonNode body) {
        String code() {
            return body.path("Code").asText("OK");
        }
    }

    private final SlbEmulator emulator;
    private final Instant now;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private int nonces;

    RawClient(SlbEmulator emulator, Instant now) {
        this.emulator = emulator;
        this.now = now;
    }

    Answer call(String action, Map<String, String> business) throws IOException, InterruptedException {
        return send(sign(parameters(action, business), emulator.options().accessKeySecret()));
    }

    Map<String, String> parameters(String action, Map<String, String> business) {
        nonces++;
        Map<String, String> parameters = new HashMap<>(business);
        parameters.put("Action", action);
        parameters.put("Version", "2014-05-15");
        parameters.put("Format", "JSON");
        parameters.put("RegionId", emulator.options().region());
        parameters.put("AccessKeyId", emulator.options().accessKeyId());
        parameters.put("SignatureMethod", "HMAC-SHA1");
        parameters.put("SignatureVersion", "1.0");
        parameters.put("SignatureNonce", "nonce-" + nonces);
        parameters.put("Timestamp", now.truncatedTo(ChronoUnit.SECONDS).toString());
        return parameters;
    }

    static Map<String, String> sign(Map<String, String> parameters, String secret) {
        Map<String, String> signed = new HashMap<>(parameters);
        signed.put("Signature", Signature.of("POST", parameters, secret));
        return signed;
    }

    Answer send(Map<String, String> parameters) throws IOException, InterruptedException {
        String query = parameters.entrySet().stream()
                .map(one -> one.getKey() + "=" + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + emulator.endpoint() + "/?" + query))
                .timeout(Duration.ofSeconds(5))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), new ObjectMapper().readTree(response.body()));
    }

    @Override
    public void close() {
        http.close();
    }
}
