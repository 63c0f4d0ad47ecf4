package tempo.span;

/**
 * Why a span, or a whole request, was not accepted. The label is the {@code reason} of the metrics and never changes; the
 * sentence is what the client reads.
 */
public enum Refusal {
    INVALID_TRACE_ID("invalid_trace_id", "trace id must be 16 bytes and not all zero"),
    INVALID_SPAN_ID("invalid_span_id", "span id must be 8 bytes and not all zero"),
    MALFORMED_SPAN("malformed_span", "span is not valid protobuf"),
    SPAN_TOO_LARGE("span_too_large", "span has more bytes than limits.span-bytes-max"),
    ATTRIBUTE_TOO_LARGE("attribute_too_large", "attribute has more bytes than limits.attribute-bytes-max"),
    TOO_MANY_ATTRIBUTES("too_many_attributes", "span has more attributes than limits.attributes-max"),
    TOO_MANY_EVENTS("too_many_events", "span has more events than limits.events-max"),
    TOO_MANY_LINKS("too_many_links", "span has more links than limits.links-max"),
    TOO_DEEP("too_deep", "attribute value is nested deeper than 64 levels"),
    RESOURCE_REFUSED("resource_refused", "resource or scope is not valid, or is over a limit"),
    MALFORMED_REQUEST("malformed_request", "request could not be decoded"),
    UNSUPPORTED_ENCODING("unsupported_encoding", "content encoding is not known"),
    BODY_TIMEOUT("body_timeout", "request body did not arrive in time"),
    REQUEST_TOO_LARGE("request_too_large", "request is over a size limit"),
    UNAUTHENTICATED("unauthenticated", "no org id"),
    INVALID_TENANT("invalid_tenant", "org id is not valid"),
    OVERLOADED("overloaded", "too many bytes in flight"),
    STORAGE_FULL("storage_full", "write-ahead log is full"),
    TOO_FEW_INGESTERS("too_few_ingesters", "there are too few ingesters for wal.copies"),
    UNAVAILABLE("unavailable", "spans could not be made durable in time");

    private final String label;
    private final String sentence;

    Refusal(String label, String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    /** Lower-case name for metrics. */
    public String label() {
        return label;
    }

    /** What the client is told. */
    public String sentence() {
        return sentence;
    }

    /** True if the same request may be taken later: it is not its own fault. */
    public boolean mayBeOver() {
        return switch (this) {
            case OVERLOADED, STORAGE_FULL, UNAVAILABLE, TOO_FEW_INGESTERS, BODY_TIMEOUT -> true;
            default -> false;
        };
    }
}
