package io.kusionstack.operating.host.kube.cache;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import java.io.IOException;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Walks through JSON: {@link #firstField} and {@link #nextField} go to the value of a field, the other methods take that value. A null value
 * reads as empty, zero or false; so does one of another kind than the one that is asked for, or a number out of range, for
 * one odd Pod must not end the stream of all.
 */
final class JsonCursor {
    private final JsonParser parser;
    private final Interner shared;

    JsonCursor(JsonParser parser, Interner shared) {
        this.parser = parser;
        this.shared = shared;
    }

    /** Reads a part of the document. */
    @FunctionalInterface
    interface JsonPart {
        void read() throws IOException;
    }

    /**
     * The name of the first field of the current value, whose value is now current; null for the empty object and for what is no
     * object, which is passed over.
     */
    @Nullable
    String firstField() throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return null;
        }
        return nextField();
    }

    /** The name of the field after the one whose value was taken; null at the end of the object. */
    @Nullable
    String nextField() throws IOException {
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

    /** False for null, and for an object or array, which is passed over. */
    private boolean isScalar() throws IOException {
        parser.skipChildren();
        return parser.currentToken().isScalarValue() && !isNull();
    }

    /** A text that other Pods have too. */
    String common() throws IOException {
        return isScalar()
                ? shared.text(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength())
                : "";
    }

    /** A text that only this Pod has. */
    String own() throws IOException {
        return isScalar() ? parser.getText() : "";
    }

    long number() throws IOException {
        if (!isScalar() || parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            return 0;
        }
        try {
            return parser.getLongValue();
        } catch (InputCoercionException tooLarge) {
            return 0;
        }
    }

    boolean isTrue() throws IOException {
        return isScalar() && parser.currentToken() == JsonToken.VALUE_TRUE;
    }

    Instant time() throws IOException {
        return isScalar() ? shared.time(parser.getText()) : Instant.EPOCH;
    }

    /** Reads the current object, if there is one. */
    void object(JsonPart part) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            part.read();
        } else {
            parser.skipChildren();
        }
    }

    /** Reads each object of the current array, if there is one; its other elements are passed over. */
    void each(JsonPart element) throws IOException {
        elements(() -> object(element));
    }

    /** Each text of the current array, if there is one, as others have it too; its other elements are passed over. */
    void eachText(Consumer<String> element) throws IOException {
        elements(() -> {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                element.accept(common());
            } else {
                parser.skipChildren();
            }
        });
    }

    /** @param element takes all of the current value, whatever it is */
    private void elements(JsonPart element) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        for (JsonToken next = parser.nextToken();
                next != null && next != JsonToken.END_ARRAY;
                next = parser.nextToken()) {
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
