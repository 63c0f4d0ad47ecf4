package tempo.format.otlp;

/** Field numbers of OTLP's messages. Source: opentelemetry-proto 1.11, trace.proto, common.proto, resource.proto. */
public final class OtlpFields {
    public static final int RESOURCE_SPANS = 1;
    public static final int RESOURCE_SPANS_RESOURCE = 1;
    public static final int RESOURCE_SPANS_SCOPE_SPANS = 2;
    public static final int RESOURCE_ATTRIBUTES = 1;
    public static final int SCOPE_SPANS_SCOPE = 1;
    public static final int SCOPE_SPANS_SPANS = 2;
    public static final int SCOPE_NAME = 1;
    public static final int SCOPE_VERSION = 2;
    public static final int SPAN_TRACE_ID = 1;
    public static final int SPAN_SPAN_ID = 2;
    public static final int SPAN_TRACE_STATE = 3;
    public static final int SPAN_PARENT_SPAN_ID = 4;
    public static final int SPAN_NAME = 5;
    public static final int SPAN_KIND = 6;
    public static final int SPAN_START = 7;
    public static final int SPAN_END = 8;
    public static final int SPAN_ATTRIBUTES = 9;
    public static final int SPAN_DROPPED_ATTRIBUTES = 10;
    public static final int SPAN_EVENTS = 11;
    public static final int SPAN_DROPPED_EVENTS = 12;
    public static final int SPAN_LINKS = 13;
    public static final int SPAN_DROPPED_LINKS = 14;
    public static final int SPAN_STATUS = 15;
    public static final int SPAN_FLAGS = 16;
    public static final int EVENT_TIME = 1;
    public static final int EVENT_NAME = 2;
    public static final int EVENT_ATTRIBUTES = 3;
    public static final int EVENT_DROPPED_ATTRIBUTES = 4;
    public static final int LINK_TRACE_ID = 1;
    public static final int LINK_SPAN_ID = 2;
    public static final int LINK_TRACE_STATE = 3;
    public static final int LINK_ATTRIBUTES = 4;
    public static final int LINK_DROPPED_ATTRIBUTES = 5;
    public static final int STATUS_MESSAGE = 2;
    public static final int STATUS_CODE = 3;

    public static final int KIND_INTERNAL = 1;
    public static final int KIND_SERVER = 2;
    public static final int KIND_CLIENT = 3;
    public static final int KIND_PRODUCER = 4;
    public static final int KIND_CONSUMER = 5;

    public static final int STATUS_OK = 1;
    public static final int STATUS_ERROR = 2;

    /** Of {@link #SPAN_FLAGS}: W3C's trace flag. */
    public static final int FLAG_SAMPLED = 1;

    private OtlpFields() {}
}
