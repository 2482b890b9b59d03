package io.kusionstack.operating.plugins.slb;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The plugin's settings in the host's configuration.
 *
 * @param region for example {@code cn-hangzhou}
 * @param accessKeyId reference to the key's id: {@code env:NAME} or {@code file:/path}
 * @param accessKeySecret reference to its secret
 * @param securityToken reference to the token of a temporary key; none for a key that stays
 * @param endpoint host, or host and port; {@code slb.<region>.aliyuncs.com} where none is given
 * @param protocol {@code https} (default), or {@code http} for an endpoint on the loopback interface
 * @param cluster what tells this cluster from others that share a load balancer; the uid of the namespace {@code kube-system}
 *     unless given
 * @param connectTimeout 3 s unless given
 * @param callTimeout for one call of the API, 8 s unless given; never beyond the deadline of the host
 * @param batchSize backends in one call, 20 unless given, at most 40
 * @param readsPerSecond calls of one reading action, 50 unless given
 * @param writesPerSecond calls of one writing action, 20 unless given
 * @param namespaces which load balancers or groups the Services of a namespace may use, by namespace, or {@code *} for all; where
 *     nothing is listed every namespace may use everything
 */
public record SlbSettings(
        String region,
        String accessKeyId,
        String accessKeySecret,
        Optional<String> securityToken,
        Optional<String> endpoint,
        Optional<String> protocol,
        Optional<String> cluster,
        Optional<Duration> connectTimeout,
        Optional<Duration> callTimeout,
        Optional<Integer> batchSize,
        Optional<Integer> readsPerSecond,
        Optional<Integer> writesPerSecond,
        Map<String, List<String>> namespaces) {
    private static final String EVERY = "*";
    private static final String REFERENCE = "env:[A-Za-z_][A-Za-z0-9_]*|file:/.+";

    /** Where the API is, as the SDK wants it. */
    String where() {
        return endpoint.orElse("slb." + region + ".aliyuncs.com");
    }

    boolean isPlain() {
        return protocol.map(word -> word.toLowerCase(Locale.ROOT).equals("http"))
                .orElse(false);
    }

    Duration connectLimit() {
        return connectTimeout.orElse(Duration.ofSeconds(3));
    }

    Duration callLimit() {
        return callTimeout.orElse(Duration.ofSeconds(8));
    }

    int batch() {
        return batchSize.orElse(20);
    }

    int reads() {
        return readsPerSecond.orElse(50);
    }

    int writes() {
        return writesPerSecond.orElse(20);
    }

    /** Why the Services of a namespace must not be served there; empty if they may. */
    Optional<String> refusal(String namespace, String loadBalancer, List<String> groups) {
        List<String> allowed = new ArrayList<>(namespaces.getOrDefault(namespace, List.of()));
        allowed.addAll(namespaces.getOrDefault(EVERY, List.of()));
        return namespaces.isEmpty() || allowed.contains(loadBalancer) || allowed.containsAll(groups)
                ? Optional.empty()
                : Optional.of("namespace " + namespace + " must not use load balancer " + loadBalancer + " with "
                        + groups + ": plugins.settings.slb.namespaces allows it " + allowed);
    }

    /** Whether the endpoint is this machine. */
    boolean isLoopback() {
        String host = where().replaceAll(":[0-9]+$", "");
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    /** All that makes no sense, one sentence each. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        check(problems, region.matches("[a-z0-9-]+"), "region is \"" + region + "\"; it is a word like cn-hangzhou");
        reference(problems, "accessKeyId", accessKeyId);
        reference(problems, "accessKeySecret", accessKeySecret);
        securityToken.ifPresent(token -> reference(problems, "securityToken", token));
        check(
                problems,
                where().matches("[A-Za-z0-9.\\-\\[\\]:]+"),
                "endpoint is \"" + where() + "\"; it is a host, or host:port, without a scheme or path");
        String word = protocol.orElse("https").toLowerCase(Locale.ROOT);
        check(
                problems,
                word.equals("https") || word.equals("http"),
                "protocol is \"" + word + "\"; it is https, or http for an endpoint on the loopback interface");
        check(
                problems,
                !word.equals("http") || isLoopback(),
                "protocol is http, and the endpoint " + where()
                        + " is not on the loopback interface; signed calls go there by" + " https only");
        cluster.ifPresent(name -> check(
                problems,
                name.matches("[A-Za-z0-9._-]{1,40}"),
                "cluster is \"" + name + "\"; it is 1 to 40 letters, digits, dots, underscores or hyphens"));
        check(problems, connectLimit().isPositive(), "connectTimeout must be positive");
        check(problems, callLimit().isPositive(), "callTimeout must be positive");
        check(problems, batch() >= 1 && batch() <= 40, "batchSize is " + batch() + "; it is between 1 and 40");
        check(problems, reads() >= 1, "readsPerSecond is " + reads() + "; it is at least 1");
        check(problems, writes() >= 1, "writesPerSecond is " + writes() + "; it is at least 1");
        return problems;
    }

    private static void reference(List<String> problems, String name, String value) {
        // not shown: who writes the key itself here shall not find it in a log
        check(
                problems,
                value.matches(REFERENCE),
                name + " is not a reference; it is env:NAME or file:/path, never the value itself");
    }

    private static void check(List<String> problems, boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }
}
