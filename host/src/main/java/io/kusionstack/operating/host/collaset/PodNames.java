package io.kusionstack.operating.host.collaset;

/**
 * The names of the Pods of a set. A name is made from the set, the instance id and the incarnation, so that a creation
 * that is repeated meets the Pod it made before. Two ids may come to one name: {@link Incarnations} sees to that.
 */
final class PodNames {
    /** The API server refuses longer names. */
    static final int LONGEST = 253;

    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    private static final int SUFFIX = 5;

    private PodNames() {}

    static String of(SetSpec set, InstanceIdentity identity) {
        long seed = mixed(set.uid().hashCode() * 0x9e3779b97f4a7c15L + identity.incarnation());
        return set.name() + "-" + suffix(mixed(seed + identity.id() * 0x9e3779b97f4a7c15L));
    }

    /** True if the name has the form of the names that Pods of the set get, here and from Kuperator. */
    static boolean isOf(SetSpec set, String name) {
        String prefix = set.name() + "-";
        return name.length() == prefix.length() + SUFFIX
                && name.startsWith(prefix)
                && name.substring(prefix.length()).chars().allMatch(letter -> ALPHABET.indexOf(letter) >= 0);
    }

    /** How long a set's name may be. */
    static int longestSetName() {
        return LONGEST - 1 - SUFFIX;
    }

    private static String suffix(long seed) {
        long bits = seed;
        StringBuilder suffix = new StringBuilder();
        for (int i = 0; i < SUFFIX; i++) {
            suffix.append(ALPHABET.charAt((int) Long.remainderUnsigned(bits, ALPHABET.length())));
            bits = Long.divideUnsigned(bits, ALPHABET.length());
        }
        return suffix.toString();
    }

    /** Spreads neighbouring numbers over all 64 bits. */
    private static long mixed(long number) {
        long bits = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
        return bits ^ (bits >>> 31);
    }
}
