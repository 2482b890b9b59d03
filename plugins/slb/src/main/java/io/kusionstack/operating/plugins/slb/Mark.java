package io.kusionstack.operating.plugins.slb;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The description by which we know our own backends: {@code kuso/<port>/<service>/<namespace>[/<cluster>]/<Pod uid>}, at most
 * the 80 characters the API takes; service, namespace and cluster are hashed where they are too long.
 *
 * @param prefix all but the uid
 */
record Mark(String prefix) {
    private static final int LENGTH = 80;
    private static final int UID = 36;

    /** @param owner service, namespace and where there is one cluster, with slashes between */
    static Mark of(int port, String owner) {
        String plain = "kuso/" + port + "/" + owner + "/";
        return new Mark(plain.length() + UID <= LENGTH ? plain : "kuso/" + port + "/" + hash(owner) + "/");
    }

    /** What stands at the backend of this Pod. */
    String on(String uid) {
        return prefix + (uid.length() <= UID ? uid : uid.substring(0, UID));
    }

    boolean isOn(Server server) {
        return server.description().startsWith(prefix);
    }

    /** The uid of the Pod that the backend was added for. */
    String uid(Server server) {
        return server.description().substring(prefix.length());
    }

    private static String hash(String owner) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(owner.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 10);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
