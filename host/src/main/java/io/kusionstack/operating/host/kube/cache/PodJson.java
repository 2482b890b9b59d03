package io.kusionstack.operating.host.kube.cache;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kusionstack.operating.host.kube.ApiResponse;
import io.kusionstack.operating.host.plan.PodRecord;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Pods in JSON: a list is one document, a watch a stream of them. */
final class PodJson implements PodFormat {
    static final String MEDIA_TYPE = "application/json";

    private static final JsonFactory JSON = ApiResponse.jsonFactory();
    private static final ObjectMapper TREES = new ObjectMapper(JSON);

    private final Interner shared;
    private final Predicate<String> annotations;

    /** @param annotations the keys of those to keep */
    PodJson(Interner shared, Predicate<String> annotations) {
        this.shared = shared;
        this.annotations = annotations;
    }

    @Override
    public PodRecord pod(byte[] body) throws IOException {
        try (JsonParser parser = JSON.createParser(body)) {
            parser.nextToken();
            return pod(new JsonCursor(parser, shared));
        }
    }

    private PodRecord pod(JsonCursor json) throws IOException {
        PodDraft pod = new PodDraft();
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            switch (field) {
                case "metadata" -> json.object(() -> PodMetadataJson.read(json, pod, annotations));
                case "spec" -> json.object(() -> PodSpecJson.read(json, pod));
                case "status" -> json.object(() -> PodStatusJson.read(json, pod));
                default -> json.skip();
            }
        }
        return pod.record(shared);
    }

    @Override
    public Page page(byte[] body, Consumer<PodRecord> each) throws IOException {
        String version = "";
        String next = "";
        try (JsonParser parser = JSON.createParser(body)) {
            JsonCursor json = new JsonCursor(parser, shared);
            parser.nextToken();
            for (String field = json.firstField(); field != null; field = json.nextField()) {
                switch (field) {
                    case "metadata" -> {
                        for (String inner = json.firstField(); inner != null; inner = json.nextField()) {
                            switch (inner) {
                                case "resourceVersion" -> version = json.own();
                                case "continue" -> next = json.own();
                                default -> json.skip();
                            }
                        }
                    }
                    case "items" -> json.each(() -> each.accept(pod(json)));
                    default -> json.skip();
                }
            }
        }
        return new Page(ApiResponse.version(version), next);
    }

    @Override
    public ApiResponse refusal(ApiResponse answer) {
        return answer;
    }

    @Override
    public Events events(InputStream body) throws IOException {
        return new Documents(JSON.createParser(body));
    }

    /** The documents of a watch. */
    private final class Documents implements Events {
        private final JsonParser parser;
        private final JsonCursor json;

        Documents(JsonParser parser) {
            this.parser = parser;
            json = new JsonCursor(parser, shared);
        }

        @Override
        public @Nullable PodEvent next() throws IOException {
            JsonToken begin = parser.nextToken();
            if (begin == null) {
                return null;
            }
            if (begin != JsonToken.START_OBJECT) {
                throw new IOException("a watch of Pods sent " + begin + " where an event was to begin");
            }
            String type = "";
            PodEvent event = null;
            for (String field = json.firstField(); field != null; field = json.nextField()) {
                switch (field) {
                    case "type" -> type = json.common();
                    case "object" -> event = event(type);
                    default -> json.skip();
                }
            }
            if (event == null) {
                throw new IOException("a watch of Pods sent an event without an object");
            }
            return event;
        }

        private PodEvent event(String type) throws IOException {
            return switch (type) {
                case "ADDED", "MODIFIED" -> new PodEvent.PodSeen(pod(json));
                case "DELETED" -> new PodEvent.Gone(pod(json));
                case "BOOKMARK" -> bookmark(TREES.readTree(parser));
                default -> refused(TREES.readTree(parser));
            };
        }

        private static PodEvent bookmark(JsonNode object) {
            JsonNode metadata = object.path("metadata");
            return new PodEvent.Bookmark(
                    ApiResponse.version(metadata.path("resourceVersion").asText()),
                    metadata.path("annotations").path(INITIAL_END).asText().equals("true"));
        }

        private static PodEvent refused(JsonNode status) throws IOException {
            return new PodEvent.Refused(
                    new ApiResponse(status.path("code").asInt(), TREES.writeValueAsBytes(status), Duration.ZERO));
        }

        @Override
        public void close() throws IOException {
            parser.close();
        }
    }
}
