package io.kusionstack.operating.testbed.controlplane;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Go module whose tools are the four programs of one Kubernetes version.
 *
 * @param goMod the text of its go.mod
 * @param goSum the text of its go.sum
 */
record GoModule(String goMod, String goSum) {
    private static final Pattern KUBERNETES =
            Pattern.compile("(?m)^(?:require)?\\s*k8s\\.io/kubernetes v(\\d+)\\.(\\d+)\\.(\\d+)");

    /** The one that the system property {@code operating.testbed.control-plane} names, else {@code control-plane}. */
    static GoModule chosen() {
        return named(System.getProperty("operating.testbed.control-plane", "control-plane"));
    }

    /** The module in the folder of that name beside the testbed's sources, for example {@code control-plane}. */
    static GoModule named(String name) {
        return new GoModule(Resources.text(name + "/go.mod"), Resources.text(name + "/go.sum"));
    }

    /** The Kubernetes version, for example {@code 1.34.4}. */
    String version() {
        Matcher found = kubernetes();
        return found.group(1) + "." + found.group(2) + "." + found.group(3);
    }

    /** How the Kubernetes programs are built; without the version flags clients refuse the server. */
    List<String> linkerFlags() {
        Matcher found = kubernetes();
        String target = "-X k8s.io/component-base/version.";
        return List.of(
                "-ldflags",
                "-s -w " + target + "gitVersion=v" + version() + " " + target + "gitMajor=" + found.group(1) + " "
                        + target + "gitMinor=" + found.group(2));
    }

    /** Differs whenever the programs would. */
    String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : List.of(goMod, goSum, String.join(" ", linkerFlags()))) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private Matcher kubernetes() {
        Matcher found = KUBERNETES.matcher(goMod);
        if (!found.find()) {
            throw new IllegalArgumentException("go.mod must require k8s.io/kubernetes in a version like v1.34.4");
        }
        return found;
    }
}
