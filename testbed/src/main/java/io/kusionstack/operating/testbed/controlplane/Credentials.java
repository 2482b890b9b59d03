package io.kusionstack.operating.testbed.controlplane;

import io.kusionstack.operating.testbed.controlplane.ControlPlaneOptions.User;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Writes what proves who is who: tokens, the key pair of service accounts, kubeconfig files. */
final class Credentials {
    private static final List<User> SYSTEM = List.of(
            new User(ControlPlaneOptions.ADMIN, List.of("system:masters")),
            new User("system:kube-controller-manager", List.of()),
            new User("system:kube-scheduler", List.of()));

    private Credentials() {}

    static List<User> all(List<User> declared) {
        return Stream.concat(SYSTEM.stream(), declared.stream()).toList();
    }

    /** Makes a token for everybody and the key pair of service accounts. */
    static void write(Instance instance, List<User> declared) throws IOException {
        SecureRandom random = new SecureRandom();
        List<String> lines = new ArrayList<>();
        for (User user : all(declared)) {
            byte[] token = new byte[24];
            random.nextBytes(token);
            lines.add("%s,%s,%s,\"%s\""
                    .formatted(
                            HexFormat.of().formatHex(token),
                            user.name(),
                            user.name(),
                            String.join(",", user.groups())));
        }
        Files.write(instance.tokens(), lines);
        KeyPair pair = rsa();
        Files.writeString(
                instance.serviceAccountKey(),
                pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
        Files.writeString(
                instance.serviceAccountPublicKey(),
                pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    }

    /** Makes a kubeconfig for everybody; the API server must have written its certificate. */
    static void writeKubeconfigs(Instance instance, URI server, List<User> declared) throws IOException {
        String authority = Base64.getEncoder().encodeToString(Files.readAllBytes(instance.certificate()));
        for (User user : all(declared)) {
            Files.writeString(instance.kubeconfig(user.name()), """
                    apiVersion: v1
                    kind: Config
                    current-context: operating
                    contexts: [{name: operating, context: {cluster: operating, user: "%s", namespace: default}}]
                    clusters: [{name: operating, cluster: {server: "%s", certificate-authority-data: %s}}]
                    users: [{name: "%s", user: {token: %s}}]
                    """.formatted(
                            user.name(), server, authority, user.name(), instance.token(user.name())));
        }
    }

    private static KeyPair rsa() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has RSA", e);
        }
    }

    private static String pem(String kind, byte[] content) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }
}
