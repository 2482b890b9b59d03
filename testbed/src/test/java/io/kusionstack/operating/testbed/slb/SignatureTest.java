package io.kusionstack.operating.testbed.slb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SignatureTest {
    @Test
    void agreesWithTheVendorsExample() {
        Map<String, String> parameters = Map.of(
                "TimeStamp", "2016-02-23T12:46:24Z",
                "Format", "XML",
                "AccessKeyId", "testid",
                "Action", "DescribeRegions",
                "SignatureMethod", "HMAC-SHA1",
                "SignatureNonce", "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
                "Version", "2014-05-26",
                "SignatureVersion", "1.0");

        assertThat(Signature.of("GET", parameters, "testsecret")).isEqualTo("CT9X0VtwR86fNWSnsc6v8YGOjuE=");
    }

    @Test
    void signsTextThatMustBeEscaped() {
        assertThat(Signature.of("POST", removal(), "sk")).isEqualTo("cLbGssaEhVSzq1hxRLN/Ge4Ceu0=");
    }

    @Test
    void doesNotSignTheSignature() {
        Map<String, String> signed = removal();
        signed.put("Signature", "cLbGssaEhVSzq1hxRLN/Ge4Ceu0=");

        assertThat(Signature.of("POST", signed, "sk")).isEqualTo("cLbGssaEhVSzq1hxRLN/Ge4Ceu0=");
    }

    private static Map<String, String> removal() {
        return new HashMap<>(Map.ofEntries(
                Map.entry("Action", "RemoveVServerGroupBackendServers"),
                Map.entry(
                        "BackendServers",
                        "[{\"ServerId\":\"eni-1\",\"ServerIp\":\"10.0.0.1\",\"Port\":8080,\"Type\":\"eni\"}]"),
                Map.entry("Format", "JSON"),
                Map.entry("RegionId", "cn-hangzhou"),
                Map.entry("SignatureNonce", "n-1"),
                Map.entry("Timestamp", "2026-01-02T03:04:05Z"),
                Map.entry("VServerGroupId", "rsp-1"),
                Map.entry("Version", "2014-05-15"),
                Map.entry("SignatureMethod", "HMAC-SHA1"),
                Map.entry("SignatureVersion", "1.0"),
                Map.entry("AccessKeyId", "ak")));
    }
}
