package tempo.format.jaeger;

/** Names of tags that mean something, and of attributes for what Jaeger has in fields of its own. */
final class JaegerNames {
    static final String SPAN_KIND = "span.kind";
    static final String ERROR = "error";
    static final String STATUS_CODE = "otel.status_code";
    static final String STATUS_DESCRIPTION = "otel.status_description";
    static final String SCOPE_NAME = "otel.scope.name";
    static final String SCOPE_VERSION = "otel.scope.version";
    static final String LIBRARY_NAME = "otel.library.name";
    static final String LIBRARY_VERSION = "otel.library.version";
    static final String TRACE_STATE = "w3c.tracestate";
    static final String DROPPED_ATTRIBUTES = "otel.dropped_attributes_count";
    static final String DROPPED_EVENTS = "otel.dropped_events_count";
    static final String DROPPED_LINKS = "otel.dropped_links_count";

    static final String EVENT = "event";
    /** Of an event that has an attribute of the other name. */
    static final String EVENT_NAME = "otel.event.name";

    static final String EVENT_DROPPED_ATTRIBUTES = "otel.event.dropped_attributes_count";

    static final String SERVICE_NAME = "service.name";

    /** Of a link, as OpenTelemetry's semantic conventions have it. */
    static final String REFERENCE_TYPE = "opentracing.ref_type";

    static final String CHILD_OF = "child_of";
    static final String FOLLOWS_FROM = "follows_from";

    /** As Jaeger itself keeps them in an attribute. */
    static final String WARNINGS = "@jaeger@warnings";

    static final String DEBUG = "jaeger.debug";
    static final String FLAGS = "jaeger.flags";
    static final String START_TIME = "jaeger.start_time";
    static final String DURATION = "jaeger.duration";
    static final String TIMESTAMP = "jaeger.timestamp";
    static final String PROCESS_ID = "jaeger.process_id";
    static final String OTHER_SERVICE_NAME = "jaeger.service.name";

    private JaegerNames() {}
}
