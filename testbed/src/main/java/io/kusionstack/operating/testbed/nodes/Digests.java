package io.kusionstack.operating.testbed.nodes;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names that a runtime derives from content. */
final class Digests {
    private Digests() {}

    /** A new one for every restart, the same after a restart of the node. */
    static String containerId(String podUid, String container, int restarts) {
        return "containerd://" + sha256(podUid + "/" + container + "/" + restarts);
    }

    static String imageId(String content) {
        return "sha256:" + sha256(content);
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
