package io.kusionstack.operating.host.kube;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.std.NumberDeserializers;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.io.IOException;
import java.util.function.LongFunction;

/**
 * Reads a number that its field cannot hold as the nearest one that it can. The API server does not check {@code format: int32} of
 * a custom resource, and one object that cannot be read would end the watch of all.
 */
final class SaturatingNumbers extends SimpleModule {
    private static final long serialVersionUID = 1L;

    SaturatingNumbers() {
        super("saturating-numbers");
        register(Integer.class, SaturatingNumbers::toInt);
        register(Integer.TYPE, SaturatingNumbers::toInt);
        register(Long.class, Long::valueOf);
        register(Long.TYPE, Long::valueOf);
        addDeserializer(
                IntOrString.class,
                new SaturatingDeserializer<>(
                        IntOrString.class, number -> new IntOrString(toInt(number)), new OfIntOrString()));
    }

    private <N extends Number> void register(Class<N> type, LongFunction<N> nearest) {
        @SuppressWarnings("unchecked")
        JsonDeserializer<N> standard = (JsonDeserializer<N>) NumberDeserializers.find(type, type.getName());
        addDeserializer(type, new SaturatingDeserializer<>(type, nearest, standard));
    }

    private static int toInt(long number) {
        return Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /** Anything but a number is left to the standard. */
    private static final class SaturatingDeserializer<V> extends StdScalarDeserializer<V> {
        private static final long serialVersionUID = 1L;

        private final transient LongFunction<V> nearest;
        private final transient JsonDeserializer<V> standard;

        SaturatingDeserializer(Class<V> type, LongFunction<V> nearest, JsonDeserializer<V> standard) {
            super(type);
            this.nearest = nearest;
            this.standard = standard;
        }

        @Override
        public V deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return switch (parser.currentToken()) {
                case VALUE_NUMBER_INT -> nearest.apply(nearestLong(parser));
                case VALUE_NUMBER_FLOAT -> nearest.apply((long) parser.getDoubleValue());
                default -> standard.deserialize(parser, context);
            };
        }

        private static long nearestLong(JsonParser parser) throws IOException {
            if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                return parser.getLongValue();
            }
            return parser.getBigIntegerValue().signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }

        @Override
        public V getNullValue(DeserializationContext context)
                throws com.fasterxml.jackson.databind.JsonMappingException {
            return standard.getNullValue(context);
        }
    }

    /** The text of an int-or-string. */
    private static final class OfIntOrString extends JsonDeserializer<IntOrString> {
        @Override
        public IntOrString deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return parser.currentToken() == JsonToken.VALUE_STRING
                    ? new IntOrString(parser.getText())
                    : (IntOrString) context.handleUnexpectedToken(IntOrString.class, parser);
        }
    }
}
