package io.kusionstack.operating.host.kube.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.CodedOutputStream;
import io.kusionstack.operating.host.plan.PodRecord;
import io.kusionstack.operating.testbed.api.ProtobufObjects;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Frames as no API server should send them. */
class PodFramesTest {
    private static final int METADATA = 1;

    private final PodFormat format = new PodParser(Set.of(), PodStream.Encoding.PROTOBUF).format(PodEncodings.PROTOBUF);

    /** Writes a message by hand. */
    private interface Message {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Message message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        message.write(out);
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] envelope(byte[] raw) throws IOException {
        byte[] unknown = message(out -> out.writeByteArray(ProtobufEnvelope.RAW, raw));
        return ByteBuffer.allocate(Integer.BYTES + unknown.length)
                .putInt(ProtobufEnvelope.MAGIC)
                .put(unknown)
                .array();
    }

    private PodRecord pod(byte[] metadata) throws IOException {
        byte[] pod = message(out -> out.writeByteArray(METADATA, metadata));
        List<PodEvent> events = PodEncodings.events(format, ProtobufObjects.frame("ADDED", envelope(pod)));
        return ((PodEvent.PodSeen) events.getFirst()).pod();
    }

    @Test
    void readsAValueOfAnotherWireTypeAsAbsent() throws IOException {
        PodRecord pod = pod(message(out -> {
            out.writeInt64(PodMetadataProtobuf.NAME, 7);
            out.writeString(PodMetadataProtobuf.UID, "u");
            out.writeString(PodMetadataProtobuf.GENERATION, "three");
            out.writeFixed64(PodMetadataProtobuf.RESOURCE_VERSION, 9);
            out.writeInt64(PodMetadataProtobuf.LABELS, 1);
            out.writeFixed32(PodMetadataProtobuf.OWNER_REFERENCES, 1);
            out.writeInt64(PodMetadataProtobuf.MANAGED_FIELDS, 1);
            out.writeInt64(PodMetadataProtobuf.DELETION_TIMESTAMP, 1);
            out.writeString(PodMetadataProtobuf.NAMESPACE, "shop");
        }));

        assertThat(pod).isEqualTo(pod(message(out -> {
            out.writeString(PodMetadataProtobuf.UID, "u");
            out.writeString(PodMetadataProtobuf.NAMESPACE, "shop");
        })));
    }

    @Test
    void skipsFieldsThatItDoesNotKnow() throws IOException {
        PodRecord pod = pod(message(out -> {
            out.writeString(200, "new");
            out.writeInt64(201, 1);
            out.writeFixed64(202, 1);
            out.writeFixed32(203, 1);
            out.writeTag(204, 3);
            out.writeString(1, "in a group");
            out.writeTag(204, 4);
            out.writeString(PodMetadataProtobuf.NAME, "a");
        }));

        assertThat(pod.name()).isEqualTo("a");
    }

    @Test
    void readsTextThatIsNoneAsReplacementCharacters() throws IOException {
        byte[] label = message(out -> {
            out.writeByteArray(PodMetadataProtobuf.KEY, new byte[] {'a', (byte) 0xff});
            out.writeByteArray(PodMetadataProtobuf.VALUE, new byte[] {(byte) 0xc3, '('});
        });
        PodRecord pod = pod(message(out -> {
            out.writeByteArray(PodMetadataProtobuf.LABELS, label);
            out.writeByteArray(PodMetadataProtobuf.NAME, new byte[] {'n', (byte) 0x80});
        }));

        assertThat(pod.labels()).isEqualTo(Map.of("a\ufffd", "\ufffd("));
        assertThat(pod.name()).isEqualTo("n\ufffd");
    }

    @Test
    void readsTimesOutOfRangeAsNone() throws IOException {
        byte[] time = message(out -> out.writeInt64(1, Long.MAX_VALUE));

        PodRecord pod = pod(message(out -> out.writeByteArray(PodMetadataProtobuf.CREATION_TIMESTAMP, time)));

        assertThat(pod).isEqualTo(pod(new byte[0]));
    }

    @Test
    void readsALabelWhoseValueComesBeforeItsKey() throws IOException {
        byte[] label = message(out -> {
            out.writeString(PodMetadataProtobuf.VALUE, "web");
            out.writeString(PodMetadataProtobuf.KEY, "app");
        });

        assertThat(pod(message(out -> out.writeByteArray(PodMetadataProtobuf.LABELS, label)))
                        .labels())
                .isEqualTo(Map.of("app", "web"));
    }

    @Test
    void refusesFramesThatAreTooLargeOrEmpty() {
        assertThatThrownBy(() -> PodEncodings.events(format, new byte[] {1, 0, 0, 1, 9}))
                .isInstanceOf(IOException.class)
                .hasMessage("a frame of the watch has 16777217 bytes; it has to have 1 to 16777216");
        assertThatThrownBy(() -> PodEncodings.events(format, new byte[] {-1, -1, -1, -1}))
                .isInstanceOf(IOException.class)
                .hasMessage("a frame of the watch has 4294967295 bytes; it has to have 1 to 16777216");
        assertThatThrownBy(() -> PodEncodings.events(format, new byte[4]))
                .isInstanceOf(IOException.class)
                .hasMessage("a frame of the watch has 0 bytes; it has to have 1 to 16777216");
    }

    @Test
    void takesNoMoreMemoryThanWhatHasCome() {
        assertThatThrownBy(() -> PodEncodings.events(format, new byte[] {0, -1, -1, -1, 1, 2, 3}))
                .isInstanceOf(IOException.class)
                .hasMessage("the watch ended within a frame, after 3 of 16777215 bytes");
    }

    @Test
    void readsAFrameLargerThanTheBufferAndTheNextOne() throws IOException {
        String large = "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"large\",\"annotations\":{\"kusionstack.io/x\":\""
                + "x".repeat(200_000) + "\"}}}";
        byte[] first = PodEncodings.frame("ADDED", large);
        byte[] second = PodEncodings.frame("ADDED", "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"small\"}}");

        assertThat(PodEncodings.events(format, both(first, second)))
                .extracting(event -> ((PodEvent.PodSeen) event).pod().name())
                .containsExactly("large", "small");
    }

    @Test
    void saysWhatAFrameLacks() throws IOException {
        byte[] plain = "{\"type\":\"ADDED\"}".getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> PodEncodings.events(format, ProtobufObjects.frame("ADDED", plain)))
                .isInstanceOf(IOException.class)
                .hasMessage("an object of 16 bytes does not begin with k8s\\0, as all in protobuf do");
        assertThatThrownBy(() -> PodEncodings.events(format, new byte[] {0, 0, 0, 2, 18, 0}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not begin with k8s");
        assertThatThrownBy(() -> PodEncodings.events(format, new byte[] {0, 0, 0, 3, 10, 1, 'A'}))
                .isInstanceOf(IOException.class)
                .hasMessage("a frame of the watch has no object");
        assertThatThrownBy(() -> PodEncodings.events(format, PodEncodings.frame("NEWS", "{\"kind\":\"Pod\"}")))
                .isInstanceOf(IOException.class)
                .hasMessage("a frame of the watch has a Pod and the type 'NEWS'");
        byte[] zipped = message(out -> out.writeString(ProtobufEnvelope.CONTENT_ENCODING, "gzip"));
        byte[] object = ByteBuffer.allocate(Integer.BYTES + zipped.length)
                .putInt(ProtobufEnvelope.MAGIC)
                .put(zipped)
                .array();
        assertThatThrownBy(() -> PodEncodings.events(format, ProtobufObjects.frame("ADDED", object)))
                .isInstanceOf(IOException.class)
                .hasMessage("an object is encoded as gzip, which was not asked for");
    }

    @Test
    void endsWithAReasonWhereverTheStreamIsCut() throws IOException {
        byte[] frame = PodEncodings.frame("ADDED", recorded());

        for (int length = 1; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertThatThrownBy(() -> PodEncodings.events(format, cut))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("the watch ended within");
        }
    }

    @Test
    void endsWithAReasonWhereverAFrameIsCut() throws IOException {
        byte[] frame = PodEncodings.frame("ADDED", recorded());

        for (int length = 1; length < frame.length - Integer.BYTES; length++) {
            byte[] cut = Arrays.copyOf(frame, Integer.BYTES + length);
            ByteBuffer.wrap(cut).putInt(length);
            assertThatThrownBy(() -> PodEncodings.events(format, cut))
                    .isInstanceOf(IOException.class)
                    .message()
                    .isNotBlank();
        }
    }

    @Test
    void endsDeeplyNestedGroupsWithAReason() {
        byte[] frame = new byte[1_000_000 + Integer.BYTES];
        Arrays.fill(frame, (byte) 0x1b);
        ByteBuffer.wrap(frame).putInt(1_000_000);

        assertThatThrownBy(() -> PodEncodings.events(format, frame))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("a frame of 1000000 bytes is not in protobuf: ");
    }

    @Test
    void readsOrRefusesWhateverComes() throws IOException {
        byte[] real = PodEncodings.frame("ADDED", recorded());
        long seed = 20261129;
        for (int i = 0; i < 20_000; i++) {
            Random random = new Random(seed + i);
            byte[] frame = i % 4 == 0 ? noise(random) : flipped(real, random);
            try {
                PodEncodings.events(format, frame);
            } catch (IOException e) {
                assertThat(e.getMessage()).as("seed %d", seed + i).isNotBlank();
            } catch (RuntimeException | StackOverflowError e) {
                fail("seed " + (seed + i), e);
            }
        }
    }

    @Test
    void readsOrRefusesWhateverListComes() throws IOException {
        byte[] real = PodEncodings.protobuf("{\"kind\":\"PodList\",\"items\":[" + recorded() + "]}");
        long seed = 20261130;
        for (int i = 0; i < 5_000; i++) {
            byte[] body = flipped(real, new Random(seed + i));
            try {
                format.page(body, pod -> {});
            } catch (IOException e) {
                assertThat(e.getMessage()).as("seed %d", seed + i).isNotBlank();
            } catch (RuntimeException | StackOverflowError e) {
                fail("seed " + (seed + i), e);
            }
        }
    }

    private static byte[] noise(Random random) {
        byte[] frame = new byte[Integer.BYTES + 1 + random.nextInt(300)];
        random.nextBytes(frame);
        ByteBuffer.wrap(frame).putInt(frame.length - Integer.BYTES);
        return frame;
    }

    private static byte[] flipped(byte[] real, Random random) {
        byte[] frame = real.clone();
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            int at = random.nextInt(frame.length);
            frame[at] = (byte) (frame[at] ^ 1 << random.nextInt(Byte.SIZE));
        }
        return frame;
    }

    private static byte[] both(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private static String recorded() throws IOException {
        try (InputStream file = PodFramesTest.class.getResourceAsStream("/kube/pod.json")) {
            return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
