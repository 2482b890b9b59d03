package io.kusionstack.operating.host.kube.cache;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * Makes equal values one object, so that thousands of records share their strings, lists and maps. Bounded: a slot holds
 * the value seen last, and one that was pushed out is only not shared. Any thread: values are immutable, and a race costs
 * no more than a copy.
 */
final class Interner {
    private static final int SLOTS = 1 << 14;
    private static final int MASK = SLOTS - 1;
    private static final int STAMPS = 1 << 10;
    private static final int SECONDS_LENGTH = "2026-01-01T00:00:00Z".length();

    private final String[] texts = new String[SLOTS];
    private final Object[] values = new Object[SLOTS];
    private final Instant[] times = new Instant[STAMPS];
    private final ParsedTime[] stamps = new ParsedTime[STAMPS];

    /** A time as it was written, and what it means. */
    private record ParsedTime(String text, Instant time) {}

    /** The text in these characters. */
    String text(char[] chars, int offset, int length) {
        int hash = 0;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + chars[i];
        }
        int slot = (hash ^ (hash >>> 15)) & MASK;
        String known = texts[slot];
        if (known != null && isSame(known, chars, offset, length)) {
            return known;
        }
        String text = new String(chars, offset, length);
        texts[slot] = text;
        return text;
    }

    /** The text in these bytes of UTF-8; what is none reads as U+FFFD, which the API server puts there in JSON too. */
    String text(byte[] bytes, int offset, int length) {
        int hash = 0;
        int all = 0;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + bytes[i];
            all |= bytes[i];
        }
        if (all < 0) {
            char[] chars = new String(bytes, offset, length, StandardCharsets.UTF_8).toCharArray();
            return text(chars, 0, chars.length);
        }
        int slot = (hash ^ (hash >>> 15)) & MASK;
        String known = texts[slot];
        if (known != null && isSame(known, bytes, offset, length)) {
            return known;
        }
        String text = new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
        texts[slot] = text;
        return text;
    }

    private static boolean isSame(String text, byte[] ascii, int offset, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != ascii[offset + i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSame(String text, char[] chars, int offset, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != chars[offset + i]) {
                return false;
            }
        }
        return true;
    }

    /** The same value, or an equal one that others hold already. */
    @SuppressWarnings("unchecked")
    <T> T value(T value) {
        int hash = value.hashCode();
        int slot = (hash ^ (hash >>> 15)) & MASK;
        Object known = values[slot];
        if (known != null && known.getClass() == value.getClass() && known.equals(value)) {
            return (T) known;
        }
        values[slot] = value;
        return value;
    }

    /** The time in RFC 3339; times of Kubernetes have whole seconds, micro times a fraction. */
    Instant time(String text) {
        int slot = text.hashCode() & (STAMPS - 1);
        ParsedTime known = stamps[slot];
        if (known != null && known.text.equals(text)) {
            return known.time;
        }
        Instant time = value(parsed(text));
        stamps[slot] = new ParsedTime(text, time);
        return time;
    }

    /** The time so many seconds after 1970. */
    Instant time(long seconds) {
        int slot = (int) seconds & (STAMPS - 1);
        Instant known = times[slot];
        if (known != null && known.getEpochSecond() == seconds) {
            return known;
        }
        Instant time = value(ofSeconds(seconds));
        times[slot] = time;
        return time;
    }

    private static Instant ofSeconds(long seconds) {
        try {
            return Instant.ofEpochSecond(seconds);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    private static Instant parsed(String text) {
        try {
            return text.length() == SECONDS_LENGTH
                    ? Instant.parse(text)
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }
}
