package tempo.format.zipkin;

import java.util.ArrayList;
import java.util.List;
import tempo.format.SpanBounds;

/**
 * A span of Zipkin's version 1, to be filled again and again: who took part stands at each annotation.
 *
 * <p>Source: <a href="https://github.com/openzipkin/zipkin-api/blob/master/thrift/zipkinCore.thrift">zipkinCore.thrift</a>,
 * zipkin-api.yaml, by their documented fields.
 */
final class V1Span {
    /** Its ids, name and debug flag; {@link V1Conversion} makes the rest. */
    final ZipkinSpan head = new ZipkinSpan();

    final List<Annotation> annotations = new ArrayList<>();
    final List<BinaryAnnotation> binaryAnnotations = new ArrayList<>();

    /** @param timestamp microseconds */
    record Annotation(long timestamp, String value, ZipkinEndpoint endpoint) {}

    /** @param value as of {@link ZipkinSpan.Tag}; true for the address of a peer, which is the endpoint */
    record BinaryAnnotation(String key, Object value, ZipkinEndpoint endpoint) {}

    void annotate(long timestamp, String value, ZipkinEndpoint endpoint) {
        if (annotations.size() == SpanBounds.ELEMENTS_MAX) {
            head.droppedAnnotations++;
        } else {
            annotations.add(new Annotation(timestamp, value, endpoint));
        }
    }

    void tag(String key, Object value, ZipkinEndpoint endpoint) {
        if (binaryAnnotations.size() == SpanBounds.ELEMENTS_MAX) {
            head.droppedTags++;
        } else {
            binaryAnnotations.add(new BinaryAnnotation(key, value, endpoint));
        }
    }

    void clear() {
        head.clear();
        annotations.clear();
        binaryAnnotations.clear();
    }
}
