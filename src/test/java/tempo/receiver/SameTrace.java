package tempo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tempo.format.OtlpSamples;

/**
 * A trace that every client can send: a shop's order, and in it a payment that is declined. The same comes back from each, but for what
 * its format or its API cannot say.
 */
public final class SameTrace {
    /** Microseconds since 1970. */
    public static final long EPOCH = 1_700_000_000_000_000L;

    public static final long ORDER_START = EPOCH + 100;
    public static final long PAY_START = EPOCH + 200;
    public static final long DECLINED = EPOCH + 500;
    public static final long PAY_END = EPOCH + 700;
    public static final long ORDER_END = EPOCH + 1_000;

    private static final List<String> KEYS = List.of("http.path", "amount", "retry", "card");

    /** What a client leaves out. */
    public enum Unsaid {
        /** Attributes of the resource, beside the service. */
        RESOURCE,
        /** Values of attributes have their types. */
        TYPES,
        /** Whole numbers are none with a fraction. */
        INTEGERS,
        /** Which code a span was instrumented by. */
        SCOPE,
        EVENT_ATTRIBUTES,
        STATUS_MESSAGE,
        /** Its API measures by itself. */
        TIMES,
        /** The same, of the root alone. */
        ROOT_TIMES,
        /** Its API has times with a fraction, and loses a microsecond. */
        LAST_MICROSECOND,
        /** An event's name is an attribute, {@code message}. */
        EVENT_NAME
    }

    private SameTrace() {}

    /** Asserts that it is this trace, whole. */
    public static void assertSame(TracesData trace, Set<Unsaid> unsaid) {
        Map<String, Map<String, Object>> expected = new TreeMap<>();
        Map<String, Object> order = span(unsaid, "", Span.SpanKind.SPAN_KIND_SERVER);
        order.put("http.path", "/x");
        order.put("status", "STATUS_CODE_UNSET ");
        order.put("events", List.of());
        Map<String, Object> pay = span(unsaid, "order", Span.SpanKind.SPAN_KIND_CLIENT);
        pay.put("amount", value(unsaid, 12L));
        pay.put("retry", value(unsaid, true));
        pay.put("card", "visa");
        pay.put("status", "STATUS_CODE_ERROR " + (unsaid.contains(Unsaid.STATUS_MESSAGE) ? "" : "no money"));
        pay.put(
                "events",
                List.of((unsaid.contains(Unsaid.EVENT_NAME) ? "" : "declined")
                        + (unsaid.contains(Unsaid.TIMES) ? "" : " at " + DECLINED)
                        + eventAttributes(unsaid)));
        if (!unsaid.contains(Unsaid.TIMES)) {
            pay.put("start", PAY_START);
            pay.put("end", PAY_END);
            if (!unsaid.contains(Unsaid.ROOT_TIMES)) {
                order.put("start", ORDER_START);
                order.put("end", ORDER_END);
            }
        }
        expected.put("order", order);
        expected.put("pay", pay);
        assertEquals(expected, found(trace, unsaid));
    }

    private static String eventAttributes(Set<Unsaid> unsaid) {
        if (unsaid.contains(Unsaid.EVENT_ATTRIBUTES)) {
            return "";
        }
        return unsaid.contains(Unsaid.EVENT_NAME) ? " {message=declined, reason=no money}" : " {reason=no money}";
    }

    private static Map<String, Object> span(Set<Unsaid> unsaid, String parent, Span.SpanKind kind) {
        Map<String, Object> span = new TreeMap<>();
        span.put("parent", parent);
        span.put("kind", kind);
        span.put("service", "shop");
        if (!unsaid.contains(Unsaid.RESOURCE)) {
            span.put("zone", "a");
        }
        if (!unsaid.contains(Unsaid.SCOPE)) {
            span.put("scope", "lib 1.2");
        }
        return span;
    }

    private static Object value(Set<Unsaid> unsaid, Object value) {
        if (unsaid.contains(Unsaid.INTEGERS) && value instanceof Long number) {
            return (double) number;
        }
        return unsaid.contains(Unsaid.TYPES) ? String.valueOf(value) : value;
    }

    private static Map<String, Map<String, Object>> found(TracesData trace, Set<Unsaid> unsaid) {
        Map<ByteString, String> names = new HashMap<>();
        OtlpSamples.spans(trace).forEach(span -> names.put(span.getSpanId(), span.getName()));
        Map<String, Map<String, Object>> found = new TreeMap<>();
        for (ResourceSpans resource : trace.getResourceSpansList()) {
            Map<String, Object> process =
                    OtlpSamples.attributes(resource.getResource().getAttributesList());
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                for (Span span : scope.getSpansList()) {
                    Map<String, Object> fields = fields(span, process, unsaid);
                    fields.put("parent", names.getOrDefault(span.getParentSpanId(), ""));
                    if (!unsaid.contains(Unsaid.SCOPE)) {
                        fields.put(
                                "scope",
                                scope.getScope().getName() + " "
                                        + scope.getScope().getVersion());
                    }
                    if (found.put(span.getName(), fields) != null) {
                        throw new AssertionError("there are two spans " + span.getName());
                    }
                }
            }
        }
        return found;
    }

    private static Map<String, Object> fields(Span span, Map<String, Object> process, Set<Unsaid> unsaid) {
        Map<String, Object> attributes = OtlpSamples.attributes(span.getAttributesList());
        Map<String, Object> fields = new TreeMap<>(attributes);
        // OpenCensus' name for it is another one in OpenTelemetry.
        if (attributes.get("http.target") instanceof String target) {
            fields.put("http.path", target);
        }
        fields.keySet().retainAll(KEYS);
        fields.put("kind", span.getKind());
        fields.put("service", process.get("service.name"));
        if (!unsaid.contains(Unsaid.RESOURCE)) {
            // Zipkin has tags of spans alone.
            fields.put("zone", process.getOrDefault("zone", attributes.getOrDefault("zone", "none")));
        }
        fields.put("status", status(span.getStatus()));
        fields.put(
                "events",
                span.getEventsList().stream().map(event -> event(event, unsaid)).toList());
        boolean timed = !unsaid.contains(Unsaid.TIMES)
                && !(unsaid.contains(Unsaid.ROOT_TIMES)
                        && span.getParentSpanId().isEmpty());
        if (timed) {
            fields.put("start", micros(span.getStartTimeUnixNano(), unsaid));
            fields.put("end", micros(span.getEndTimeUnixNano(), unsaid));
        }
        return fields;
    }

    private static long micros(long nanos, Set<Unsaid> unsaid) {
        long micros = nanos / 1_000;
        return unsaid.contains(Unsaid.LAST_MICROSECOND) ? (micros + 1) / 10 * 10 : micros;
    }

    private static String status(Status status) {
        return status.getCode() + " " + status.getMessage();
    }

    private static String event(Span.Event event, Set<Unsaid> unsaid) {
        Map<String, Object> attributes = OtlpSamples.attributes(event.getAttributesList());
        return event.getName()
                + (unsaid.contains(Unsaid.TIMES) ? "" : " at " + micros(event.getTimeUnixNano(), unsaid))
                + (attributes.isEmpty() ? "" : " " + attributes);
    }

    /** For those that leave nothing out. */
    public static Set<Unsaid> nothing() {
        return EnumSet.noneOf(Unsaid.class);
    }
}
