package tempo.receiver.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/**
 * Turns an export request in OTLP/JSON into the same request in protobuf, in one pass and without a tree. Thread-safe.
 *
 * <p>Follows the <a href="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding">OTLP/JSON encoding</a>: protobuf's
 * JSON mapping with ids in hex and enums as numbers. As receivers should, it takes more than that: names as in the .proto
 * files, enums by name, numbers as strings and the other way round, both alphabets of base64, padded or not. Unknown keys are
 * ignored and {@code null} is absent. Of several members of a value's oneof the last one counts.
 *
 * <p>An id that is not hex, or of the wrong length, is not an error here: what can be decoded is passed on, else an empty id,
 * so that this span can be refused and the others kept.
 */
public final class OtlpJson {
    private static final int FIRST_CAPACITY_MAX = 1 << 20;

    private final JsonFactory factory;

    /** A translator that keeps to {@code limits}. */
    public OtlpJson(Limits limits) {
        factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.nestingDepthMax)
                        .maxNumberLength(limits.numberCharsMax)
                        .maxStringLength(limits.stringCharsMax)
                        .build())
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }

    /**
     * What a body may hold; its length is bounded by whoever reads it.
     *
     * @param nestingDepthMax objects and arrays inside each other; a request without nested values needs 9, and each level of
     *     list in an attribute value 3 more
     * @param numberCharsMax digits and signs of a number
     * @param stringCharsMax characters of a string
     */
    public record Limits(int nestingDepthMax, int numberCharsMax, int stringCharsMax) {
        /** Deep enough for any value that protobuf's own parsers would take; strings up to 16 Mi characters. */
        public static final Limits DEFAULT = new Limits(200, 100, 16 << 20);

        private static final int NESTING_DEPTH_MAX = 1_000;

        public Limits {
            if (nestingDepthMax < 1 || nestingDepthMax > NESTING_DEPTH_MAX) {
                // Each level is a stack frame or two.
                throw new IllegalArgumentException(
                        "nesting depth must be 1 to " + NESTING_DEPTH_MAX + " but was " + nestingDepthMax);
            }
            if (numberCharsMax < 1 || stringCharsMax < 1) {
                throw new IllegalArgumentException("number and string length must be at least 1 but were "
                        + numberCharsMax + " and " + stringCharsMax);
            }
        }
    }

    /**
     * Translates {@code json[offset..offset + length)}, an {@code ExportTraceServiceRequest} in UTF-8.
     *
     * @return the request in protobuf: {@code resource_spans} under field 1, as in {@code TracesData}; never longer than the
     *     JSON
     * @throws InvalidJsonException if the bytes are not one JSON object, a value has the wrong type, or a limit is exceeded
     */
    public byte[] toProtobuf(byte[] json, int offset, int length) throws InvalidJsonException {
        try (JsonParser parser = factory.createParser(json, offset, length)) {
            return new OtlpJsonReader(parser, Math.min(length, FIRST_CAPACITY_MAX)).readRequest();
        } catch (IOException e) {
            // From an array there is no other failure than what the bytes are.
            throw OtlpJsonReader.syntaxError(e);
        }
    }
}
