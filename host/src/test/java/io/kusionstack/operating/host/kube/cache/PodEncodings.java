package io.kusionstack.operating.host.kube.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.kusionstack.operating.testbed.api.ProtobufObjects;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The same words of an API server in each encoding, and what a parser makes of them. */
final class PodEncodings {
    static final String PROTOBUF = ProtobufObjects.MEDIA_TYPE + ";stream=watch";

    private static final JsonMapper JSON = new JsonMapper();
    private static final ProtobufObjects OBJECTS = new ProtobufObjects();

    private PodEncodings() {}

    /** @param object JSON with its kind */
    static byte[] protobuf(String object) throws IOException {
        return OBJECTS.object(JSON.readTree(object));
    }

    /** @param object JSON with its kind */
    static byte[] frame(String type, String object) throws IOException {
        return ProtobufObjects.frame(type, protobuf(object));
    }

    /** @param object JSON with its kind */
    static byte[] document(String type, String object) {
        return ("{\"type\":\"" + type + "\",\"object\":" + object + "}").getBytes(StandardCharsets.UTF_8);
    }

    /** All events of a watch. */
    static List<PodEvent> events(PodFormat format, byte[] watch) throws IOException {
        List<PodEvent> events = new ArrayList<>();
        try (PodFormat.Events open = format.events(new ByteArrayInputStream(watch))) {
            for (PodEvent event = open.next(); event != null; event = open.next()) {
                events.add(event);
            }
        }
        return events;
    }

    static JsonNode tree(byte[] json) throws IOException {
        return JSON.readTree(json);
    }
}
