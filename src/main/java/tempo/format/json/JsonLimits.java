package tempo.format.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;

/**
 * What a body may hold; its length is bounded by whoever reads it.
 *
 * @param nestingDepthMax objects and arrays inside each other; a request of OTLP without nested values needs 9, and each level
 *     of list in an attribute value 3 more
 * @param numberCharsMax digits and signs of a number
 * @param stringCharsMax characters of a string
 */
public record JsonLimits(int nestingDepthMax, int numberCharsMax, int stringCharsMax) {
    /** Deep enough for any value that protobuf's own parsers would take; strings up to 16 Mi characters. */
    public static final JsonLimits DEFAULT = new JsonLimits(200, 100, 16 << 20);

    private static final int NESTING_DEPTH_MAX = 1_000;

    public JsonLimits {
        if (nestingDepthMax < 1 || nestingDepthMax > NESTING_DEPTH_MAX) {
            // Each level is a stack frame or two.
            throw new IllegalArgumentException(
                    "nesting depth must be 1 to " + NESTING_DEPTH_MAX + " but was " + nestingDepthMax);
        }
        if (numberCharsMax < 1 || stringCharsMax < 1) {
            throw new IllegalArgumentException("number and string length must be at least 1 but were " + numberCharsMax
                    + " and " + stringCharsMax);
        }
    }

    /** Parsers that keep to these limits; thread-safe, and dear to make. */
    public JsonFactory newFactory() {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(nestingDepthMax)
                        .maxNumberLength(numberCharsMax)
                        .maxStringLength(stringCharsMax)
                        .build())
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }
}
