package tempo.format.zipkin;

import java.util.ArrayList;
import java.util.List;
import tempo.format.SpanBounds;

/**
 * A span of Zipkin's version 2, to be filled again and again.
 *
 * <p>Source: <a href="https://zipkin.io/zipkin-api/#/default/post_spans">zipkin2-api.yaml</a>, zipkin.proto.
 */
final class ZipkinSpan {
    static final int NO_KIND = 0;
    static final int CLIENT = 1;
    static final int SERVER = 2;
    static final int PRODUCER = 3;
    static final int CONSUMER = 4;

    /** Not there, of a time. */
    static final long ABSENT = Long.MIN_VALUE;

    long traceIdHigh;
    long traceIdLow;

    /** Ids are 0 if they are absent or not valid. */
    long parentId;

    long id;
    int kind;

    /** A kind that is none of the known ones. */
    String otherKind = "";

    String name = "";

    /** Microseconds. */
    long timestamp = ABSENT;

    long duration = ABSENT;
    boolean debug;
    boolean shared;
    final ZipkinEndpoint local = new ZipkinEndpoint();
    final ZipkinEndpoint remote = new ZipkinEndpoint();
    /** Beyond the bound. */
    int droppedAnnotations;

    int droppedTags;
    private final List<Annotation> annotations = new ArrayList<>();
    private final List<Tag> tags = new ArrayList<>();

    /**
     * Something that happened.
     *
     * @param timestamp microseconds
     * @param service whose it is, if that is not the span's
     */
    record Annotation(long timestamp, String value, String service) {}

    /** @param value a String, Long, Double, Boolean or byte[]; only version 1 has others than strings */
    record Tag(String key, Object value) {}

    List<Annotation> annotations() {
        return annotations;
    }

    List<Tag> tags() {
        return tags;
    }

    void annotate(long at, String value, String service) {
        if (annotations.size() == SpanBounds.ELEMENTS_MAX) {
            droppedAnnotations++;
        } else {
            annotations.add(new Annotation(at, value, service));
        }
    }

    void tag(String key, Object value) {
        if (tags.size() == SpanBounds.ELEMENTS_MAX) {
            droppedTags++;
        } else {
            tags.add(new Tag(key, value));
        }
    }

    /** 1 to 32 hex digits; anything else is no id. */
    void traceId(String hex) {
        int high = Math.max(0, hex.length() - Ids.DIGITS);
        boolean valid = high <= Ids.DIGITS && Ids.isHex(hex);
        traceIdHigh = valid ? Ids.parse(hex, 0, high) : 0;
        traceIdLow = valid ? Ids.parse(hex, high, hex.length()) : 0;
    }

    void clear() {
        traceIdHigh = 0;
        traceIdLow = 0;
        parentId = 0;
        id = 0;
        kind = NO_KIND;
        otherKind = "";
        name = "";
        timestamp = ABSENT;
        duration = ABSENT;
        debug = false;
        shared = false;
        local.clear();
        remote.clear();
        annotations.clear();
        tags.clear();
        droppedAnnotations = 0;
        droppedTags = 0;
    }
}
