package io.kusionstack.operating.testbed.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes Pods, lists of them, Statuses and events of watches in the protobuf of Kubernetes, from their JSON, by the messages
 * in {@code pod.proto}. A field that these do not have is left out. Any thread.
 *
 * <pre>{@code
 * byte[] body = new ProtobufObjects().object(pod);              // as in a response
 * byte[] frame = new ProtobufObjects().frame("ADDED", pod);     // as in a watch
 * }</pre>
 */
public final class ProtobufObjects {
    /** The content type of a response; of a watch, {@code ;stream=watch} is added. */
    public static final String MEDIA_TYPE = "application/vnd.kubernetes.protobuf";

    /** The bytes of {@code k8s\0}. */
    private static final int MAGIC = 0x6b387300;

    private static final Pattern MESSAGE = Pattern.compile("message (\\w+) \\{(.*?)\\n}", Pattern.DOTALL);
    private static final Pattern FIELD =
            Pattern.compile("(optional|repeated|map<string,) ?\\.?([\\w.]+)>? (\\w+) = (\\d+);");

    /** Fields that JSON shows as part of what they are in. */
    private static final Set<String> INLINED = Set.of("volumeSource", "handler", "ephemeralContainerCommon");

    private final Map<String, List<Field>> messages = new HashMap<>();

    /** @param kind optional, repeated or a map from text to the type */
    private record Field(String kind, String type, String name, int number) {}

    public ProtobufObjects() {
        Matcher message = MESSAGE.matcher(definitions());
        while (message.find()) {
            List<Field> fields = new ArrayList<>();
            Matcher field = FIELD.matcher(message.group(2));
            while (field.find()) {
                String type = field.group(2).substring(field.group(2).lastIndexOf('.') + 1);
                fields.add(new Field(field.group(1), type, field.group(3), Integer.parseInt(field.group(4))));
            }
            messages.put(message.group(1), fields);
        }
    }

    private static String definitions() {
        try (InputStream file = ProtobufObjects.class.getResourceAsStream("pod.proto")) {
            return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An object with its kind, in its envelope. */
    public byte[] object(JsonNode object) {
        String kind = object.path("kind").asText();
        byte[] type = written(out -> {
            out.writeString(1, object.path("apiVersion").asText());
            out.writeString(2, kind);
        });
        byte[] raw = message(kind, object);
        byte[] unknown = written(out -> {
            out.writeByteArray(1, type);
            out.writeByteArray(2, raw);
            out.writeString(3, "");
            out.writeString(4, "");
        });
        return ByteBuffer.allocate(Integer.BYTES + unknown.length)
                .putInt(MAGIC)
                .put(unknown)
                .array();
    }

    /** An event of a watch, with its length before it. */
    public byte[] frame(String type, JsonNode object) {
        return frame(type, object(object));
    }

    /** @param object in its envelope */
    public static byte[] frame(String type, byte[] object) {
        byte[] extension = written(out -> out.writeByteArray(1, object));
        byte[] event = written(out -> {
            out.writeString(1, type);
            out.writeByteArray(2, extension);
        });
        return ByteBuffer.allocate(Integer.BYTES + event.length)
                .putInt(event.length)
                .put(event)
                .array();
    }

    private interface Writing {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] written(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            writing.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private byte[] message(String name, JsonNode json) {
        return switch (name) {
            case "Time" ->
                written(out -> out.writeInt64(1, Instant.parse(json.asText()).getEpochSecond()));
            case "Quantity" -> written(out -> out.writeString(1, json.asText()));
            case "IntOrString" ->
                written(out -> {
                    out.writeInt64(1, json.isNumber() ? 0 : 1);
                    out.writeInt32(2, json.asInt());
                    out.writeString(3, json.isNumber() ? "" : json.asText());
                });
            case "FieldsV1" ->
                written(out -> out.writeByteArray(1, json.toString().getBytes(StandardCharsets.UTF_8)));
            default -> fields(name, json);
        };
    }

    private byte[] fields(String name, JsonNode json) {
        List<Field> fields = messages.get(name);
        if (fields == null) {
            throw new IllegalArgumentException("pod.proto has no message " + name);
        }
        return written(out -> {
            for (Field field : fields) {
                if (INLINED.contains(field.name)) {
                    out.writeByteArray(field.number, fields(field.type, json));
                } else if (json.hasNonNull(field.name)) {
                    field(field, json.get(field.name), out);
                }
            }
        });
    }

    private void field(Field field, JsonNode json, CodedOutputStream out) throws IOException {
        switch (field.kind) {
            case "optional" -> value(field, json, out);
            case "repeated" -> {
                for (JsonNode element : json) {
                    value(field, element, out);
                }
            }
            default -> {
                for (Map.Entry<String, JsonNode> entry : json.properties()) {
                    out.writeByteArray(field.number, written(in -> {
                        in.writeString(1, entry.getKey());
                        value(new Field("optional", field.type, "value", 2), entry.getValue(), in);
                    }));
                }
            }
        }
    }

    private void value(Field field, JsonNode json, CodedOutputStream out) throws IOException {
        switch (field.type) {
            case "string" -> out.writeString(field.number, json.asText());
            case "bytes" -> out.writeBytes(field.number, ByteString.copyFromUtf8(json.asText()));
            case "bool" -> out.writeBool(field.number, json.asBoolean());
            case "int32", "int64" -> out.writeInt64(field.number, json.asLong());
            default -> out.writeByteArray(field.number, message(field.type, json));
        }
    }
}
