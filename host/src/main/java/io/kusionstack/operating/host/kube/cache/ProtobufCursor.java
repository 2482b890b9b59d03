package io.kusionstack.operating.host.kube.cache;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Walks through a message of protobuf: {@link #field} goes to the next field, the other methods take its value. A value of
 * another wire type than the one that is asked for reads as empty, zero or false, for one odd Pod must not end the stream of
 * all. Bytes that are no message are an {@link IOException}. One thread.
 */
final class ProtobufCursor {
    private static final int SECONDS = 1;

    private final byte[] bytes;
    private final int from;
    private final int length;
    private final CodedInputStream in;
    private final Interner shared;
    private int tag;

    /** The message in {@code length} bytes at {@code from}, which stay as they are while it is read. */
    ProtobufCursor(byte[] bytes, int from, int length, Interner shared) {
        this.bytes = bytes;
        this.from = from;
        this.length = length;
        this.in = CodedInputStream.newInstance(bytes, from, length);
        this.shared = shared;
    }

    /** Reads a message into what is known so far. */
    @FunctionalInterface
    interface ProtobufPart<T> {
        void read(ProtobufCursor message, T into) throws IOException;
    }

    /** The number of the next field, whose value is now current; 0 at the end of the message. */
    int field() throws IOException {
        tag = in.readTag();
        return WireFormat.getTagFieldNumber(tag);
    }

    /** Passes over the value. */
    void skip() throws IOException {
        if (!in.skipField(tag)) {
            throw new IOException("a group ends that has not begun");
        }
    }

    /** False for a value of another wire type, which is passed over. */
    private boolean is(int wireType) throws IOException {
        if (WireFormat.getTagWireType(tag) == wireType) {
            return true;
        }
        skip();
        return false;
    }

    private boolean hasLength() throws IOException {
        return is(WireFormat.WIRETYPE_LENGTH_DELIMITED);
    }

    /** A text that other Pods have too. */
    String common() throws IOException {
        if (!hasLength()) {
            return "";
        }
        int size = in.readRawVarint32();
        int begin = from + in.getTotalBytesRead();
        in.skipRawBytes(size);
        return shared.text(bytes, begin, size);
    }

    /** A text that only this Pod has. */
    String own() throws IOException {
        if (!hasLength()) {
            return "";
        }
        int size = in.readRawVarint32();
        int begin = from + in.getTotalBytesRead();
        in.skipRawBytes(size);
        return new String(bytes, begin, size, StandardCharsets.UTF_8);
    }

    long number() throws IOException {
        return is(WireFormat.WIRETYPE_VARINT) ? in.readRawVarint64() : 0;
    }

    boolean isTrue() throws IOException {
        return number() != 0;
    }

    /** The time, {@link Instant#EPOCH} where there is none. */
    Instant time() throws IOException {
        Instant time = timeOrNull();
        return time == null ? Instant.EPOCH : time;
    }

    /**
     * A {@code Time} of {@code k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto}: field 1 has the seconds since 1970. Its
     * nanoseconds do not count, and JSON has none; an empty one is null in JSON ({@code time_proto.go} beside it).
     */
    @Nullable
    Instant timeOrNull() throws IOException {
        int size = hasLength() ? in.readRawVarint32() : 0;
        if (size == 0) {
            return null;
        }
        long seconds = 0;
        int outer = in.pushLimit(size);
        for (int field = field(); field != 0; field = field()) {
            if (field == SECONDS) {
                seconds = number();
            } else {
                skip();
            }
        }
        in.popLimit(outer);
        return shared.time(seconds);
    }

    /** Reads the current message, if there is one. */
    <T> void message(ProtobufPart<T> part, T into) throws IOException {
        if (hasLength()) {
            int outer = in.pushLimit(in.readRawVarint32());
            part.read(this, into);
            in.popLimit(outer);
        }
    }

    /** The value as a message of its own; empty where it is none. */
    ProtobufCursor bytes() throws IOException {
        if (!hasLength()) {
            return new ProtobufCursor(bytes, from, 0, shared);
        }
        int size = in.readRawVarint32();
        int begin = from + in.getTotalBytesRead();
        in.skipRawBytes(size);
        return new ProtobufCursor(bytes, begin, size, shared);
    }

    /** The same message, from its beginning. */
    ProtobufCursor again() {
        return new ProtobufCursor(bytes, from, length, shared);
    }

    /** All of this message as an object in its envelope. */
    ProtobufEnvelope envelope() throws IOException {
        return ProtobufEnvelope.open(bytes, from, length, shared);
    }

    <T> T shared(T value) {
        return shared.value(value);
    }
}
