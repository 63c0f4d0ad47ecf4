package tempo.format.opencensus;

/** Names of attributes, for what OpenCensus has in fields of its own; where the OpenTelemetry Collector has one, that. */
final class OpenCensusNames {
    static final String SERVICE_NAME = "service.name";
    static final String HOST_NAME = "host.name";
    static final String PID = "process.pid";
    static final String START_TIME = "opencensus.starttime";
    static final String LANGUAGE = "telemetry.sdk.language";
    static final String CORE_VERSION = "telemetry.sdk.version";
    static final String EXPORTER_VERSION = "opencensus.exporterversion";
    static final String RESOURCE_TYPE = "opencensus.resourcetype";

    /** OpenCensus calls it {@code http.path}. */
    static final String HTTP_TARGET = "http.target";

    static final String STATUS_CODE = "census.status_code";
    static final String SAME_PROCESS = "opencensus.same_process_as_parent_span";
    static final String CHILD_SPANS = "opencensus.child_span_count";
    static final String STACK_TRACE = "code.stacktrace";
    static final String STACK_HASH = "opencensus.stack_trace_hash_id";
    static final String KIND = "opencensus.kind";
    static final String LINK_TYPE = "opencensus.link.type";
    static final String SPAN_START = "opencensus.start_time";
    static final String SPAN_END = "opencensus.end_time";
    static final String EVENT_TIME = "opencensus.time";

    /** Of the event that a message is, as OpenTelemetry's conventions for RPC have it. */
    static final String MESSAGE = "message";

    static final String MESSAGE_TYPE = "message.type";
    static final String MESSAGE_ID = "message.id";
    static final String MESSAGE_COMPRESSED = "message.compressed_size";
    static final String MESSAGE_UNCOMPRESSED = "message.uncompressed_size";

    private OpenCensusNames() {}
}
