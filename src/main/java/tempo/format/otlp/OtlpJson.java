package tempo.format.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import tempo.format.json.InvalidJsonException;
import tempo.format.json.JsonInput;
import tempo.format.json.JsonLimits;

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
    public OtlpJson(JsonLimits limits) {
        factory = limits.newFactory();
    }

    /**
     * Translates {@code json[offset..offset + length)}, an {@code ExportTraceServiceRequest} in UTF-8.
     *
     * @return the request in protobuf: {@code resource_spans} under field 1, as in {@code TracesData}; never longer than the
     *     JSON
     * @throws InvalidJsonException if the bytes are not one JSON object, a value has the wrong type, or a limit is exceeded
     */
    public byte[] toProtobuf(byte[] json, int offset, int length) throws InvalidJsonException {
        try (JsonInput input = new JsonInput(factory, json, offset, length)) {
            return new OtlpJsonReader(input, Math.min(length, FIRST_CAPACITY_MAX)).readRequest();
        }
    }
}
