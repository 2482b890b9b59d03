package io.kusionstack.operating.host.kube.cache;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a watch in protobuf: four bytes of length, the highest first, then a message {@code WatchEvent} whose object
 * is in a {@link ProtobufEnvelope}. The event itself has none. Source: {@code pkg/util/framer/framer.go},
 * {@code pkg/runtime/serializer/protobuf/protobuf.go} (RawSerializer) and {@code pkg/apis/meta/v1/generated.proto} of
 * {@code k8s.io/apimachinery}.
 */
final class PodFrames implements PodFormat.Events {
    /** No object is so large: etcd takes 1.5 MiB by default, and where that was raised still far less. */
    static final int LARGEST = 16 << 20;

    static final int TYPE = 1;
    static final int OBJECT = 2;

    /** Of a {@code RawExtension}. */
    static final int RAW = 1;

    /** Pods are smaller, nearly all; larger ones get an array of their own. */
    private static final int BUFFER = 1 << 16;

    private final InputStream body;
    private final PodProtobuf format;
    private final Interner shared;
    private final byte[] length = new byte[Integer.BYTES];
    private final byte[] buffer = new byte[BUFFER];

    PodFrames(InputStream body, PodProtobuf format, Interner shared) {
        this.body = body;
        this.format = format;
        this.shared = shared;
    }

    @Override
    public @Nullable PodEvent next() throws IOException {
        int read = body.readNBytes(length, 0, length.length);
        if (read == 0) {
            return null;
        }
        if (read < length.length) {
            throw new IOException("the watch ended within the length of a frame");
        }
        int size = (length[0] & 0xff) << 24 | (length[1] & 0xff) << 16 | (length[2] & 0xff) << 8 | length[3] & 0xff;
        if (size <= 0 || size > LARGEST) {
            throw new IOException("a frame of the watch has " + Integer.toUnsignedString(size)
                    + " bytes; it has to have 1 to " + LARGEST);
        }
        byte[] frame = frame(size);
        try {
            return event(new ProtobufCursor(frame, 0, size, shared));
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("a frame of " + size + " bytes is not in protobuf: " + e.getMessage(), e);
        }
    }

    /** An array is made as large as what has come, not as what was announced. */
    private byte[] frame(int size) throws IOException {
        byte[] frame = size <= BUFFER ? buffer : body.readNBytes(size);
        int read = size <= BUFFER ? body.readNBytes(buffer, 0, size) : frame.length;
        if (read < size) {
            throw new IOException("the watch ended within a frame, after " + read + " of " + size + " bytes");
        }
        return frame;
    }

    private PodEvent event(ProtobufCursor frame) throws IOException {
        String type = "";
        ProtobufCursor extension = null;
        for (int field = frame.field(); field != 0; field = frame.field()) {
            switch (field) {
                case TYPE -> type = frame.common();
                case OBJECT -> extension = frame.bytes();
                default -> frame.skip();
            }
        }
        if (extension == null) {
            throw new IOException("a frame of the watch has no object");
        }
        ProtobufEnvelope envelope = raw(extension).envelope();
        return switch (type) {
            case "ADDED", "MODIFIED" -> new PodEvent.PodSeen(format.podOrKnown(envelope.object()));
            case "DELETED" -> new PodEvent.Gone(format.podOrKnown(envelope.object()));
            case "BOOKMARK" -> format.bookmark(envelope.object());
            case "ERROR" -> new PodEvent.Refused(StatusProtobuf.read(envelope.object()));
            default ->
                throw new IOException("a frame of the watch has a " + envelope.kind() + " and the type '" + type + "'");
        };
    }

    private static ProtobufCursor raw(ProtobufCursor extension) throws IOException {
        ProtobufCursor raw = extension;
        for (int field = extension.field(); field != 0; field = extension.field()) {
            if (field == RAW) {
                raw = extension.bytes();
            } else {
                extension.skip();
            }
        }
        return raw;
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
