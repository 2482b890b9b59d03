package io.kusionstack.operating.host.kube;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks through JSON: {@link #field} goes to the value of the next field, the other methods take that value. A null value
 * reads as empty, zero or false.
 */
final class PodJson {
    private final JsonParser parser;
    private final Shared shared;

    PodJson(JsonParser parser, Shared shared) {
        this.parser = parser;
        this.shared = shared;
    }

    /** Reads a part of the document. */
    @FunctionalInterface
    interface Part {
        void read() throws IOException;
    }

    /** The name of the next field, whose value is now current; null at the end of the object. */
    @Nullable
    String field() throws IOException {
        String name = parser.nextFieldName();
        if (name != null) {
            parser.nextToken();
        }
        return name;
    }

    /** The name of the current field as a text that others share. */
    String key() throws IOException {
        return shared.value(String.valueOf(parser.currentName()));
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    /** A text that other Pods have too. */
    String common() throws IOException {
        return isNull() ? "" : shared.text(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
    }

    /** A text that only this Pod has. */
    String own() throws IOException {
        return isNull() ? "" : parser.getText();
    }

    long number() throws IOException {
        return isNull() ? 0 : parser.getLongValue();
    }

    boolean isTrue() {
        return parser.currentToken() == JsonToken.VALUE_TRUE;
    }

    Instant time() throws IOException {
        return isNull() ? Instant.EPOCH : shared.time(parser.getText());
    }

    List<String> texts() throws IOException {
        List<String> texts = new ArrayList<>();
        each(() -> texts.add(common()));
        return texts;
    }

    /** Reads the current object, if there is one. */
    void object(Part part) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            part.read();
        }
    }

    /** Reads each element of the current array, if there is one. */
    void each(Part element) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            element.read();
        }
    }

    <T> T shared(T value) {
        return shared.value(value);
    }

    void skip() throws IOException {
        parser.skipChildren();
    }
}
