package io.kusionstack.operating.plugins.slb;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The description by which we know our own backends: {@code kuso/<cluster>/<namespace>/<service>/<Pod uid>}, at most the 80
 * characters the API takes. The cluster is a hash of its identity; namespace and Service are hashed together where they are too
 * long. Nothing in it changes while the Service lives. Compared segment by segment.
 *
 * <p>Marks of before, {@code kuso/<port>/<service>/<namespace>[/<cluster>]/<Pod uid>}, are understood: with a cluster where the
 * settings name the same one, without one where the Pod is known to live in this cluster.
 *
 * @param prefix all segments but the uid, each with the slash behind it
 * @param before the same as it was written before, for the cluster that the settings name
 * @param bare the same as it was written before without a cluster
 */
record Mark(String prefix, List<List<String>> before, List<List<String>> bare, Cluster cluster) {
    private static final String OURS = "kuso/";
    private static final int LENGTH = 80;
    private static final int UID = 36;
    private static final int LEAST = 4;

    static Mark of(Cluster cluster, String namespace, String service) {
        String hashed = hash(cluster.identity(), 6);
        List<String> plain = List.of(hashed, namespace, service);
        String clear = OURS + String.join("/", plain) + "/";
        String prefix = clear.length() + UID <= LENGTH
                ? clear
                : OURS + hashed + "/" + hash(namespace + "/" + service, 10) + "/";
        List<String> named =
                cluster.named().map(name -> List.of(service, namespace, name)).orElse(List.of());
        return new Mark(prefix, named.isEmpty() ? List.of() : old(named), old(List.of(service, namespace)), cluster);
    }

    private static List<List<String>> old(List<String> plain) {
        return List.of(plain, List.of(hash(String.join("/", plain), 10)));
    }

    /** What stands at the backend of this Pod. */
    String on(String uid) {
        return prefix + uid;
    }

    boolean isOn(Server server) {
        return uid(server).isPresent();
    }

    /** The uid of the Pod that the backend was added for; empty if it is not ours. */
    Optional<String> uid(Server server) {
        String description = server.description();
        if (isPlain(description)) {
            return Optional.of(description.substring(prefix.length()));
        }
        return Segments.of(description)
                .filter(found -> before.contains(found.rest())
                        || isBare(found) && cluster.living().contains(found.uid()))
                .map(Segments::uid);
    }

    /** Of this form, with one more segment. */
    private boolean isPlain(String description) {
        return description.length() > prefix.length()
                && description.startsWith(prefix)
                && description.indexOf('/', prefix.length()) < 0;
    }

    /** Whether only the Pods of this cluster can tell if it is ours. */
    boolean isDoubtful(Server server) {
        return !isPlain(server.description())
                && Segments.of(server.description()).filter(this::isBare).isPresent();
    }

    private boolean isBare(Segments found) {
        return bare.contains(found.rest());
    }

    /**
     * An old mark, taken apart.
     *
     * @param rest what stands between the port and the uid
     */
    private record Segments(List<String> rest, String uid) {
        static Optional<Segments> of(String description) {
            if (!description.startsWith(OURS)) {
                return Optional.empty();
            }
            List<String> parts = Arrays.asList(description.split("/", -1));
            boolean isOld = parts.size() >= LEAST
                    && parts.get(1).matches("[0-9]{1,5}")
                    && !parts.getLast().isEmpty();
            return isOld
                    ? Optional.of(new Segments(parts.subList(2, parts.size() - 1), parts.getLast()))
                    : Optional.empty();
        }
    }

    private static String hash(String text, int bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
