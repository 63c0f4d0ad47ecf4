package tempo.tempodb.scan;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tempo.tempodb.spans.SpanField;
import tempo.tempodb.spans.ValueTest;

/**
 * What people ask of a span who have no query language: texts that its fields equal, and bounds of time. All of it must be true of one span.
 * Immutable.
 *
 * @param service of its resource; empty for any
 * @param name of the span; empty for any
 * @param attributes of the span, its resource, its scope, or one of its events or links; what Jaeger writes as a tag and OTLP has as a
 *     field, such as {@code error} and {@code span.kind}, is looked for there too
 * @param startMin unix nanoseconds; no span that starts before passes
 * @param startMax unix nanoseconds; no span that starts after passes
 * @param durationMin nanoseconds; 0 for no bound
 * @param durationMax nanoseconds; {@link Long#MAX_VALUE} for no bound
 */
public record SpanCriteria(
        String service,
        String name,
        List<Attribute> attributes,
        long startMin,
        long startMax,
        long durationMin,
        long durationMax) {
    /** Every span. */
    public static final SpanCriteria ALL = new SpanCriteria("", "", List.of(), 0, Long.MAX_VALUE, 0, Long.MAX_VALUE);

    private static final String SERVICE_NAME = "service.name";
    private static final int ERROR = 2;

    /** By their numbers in OTLP. */
    private static final List<String> KINDS =
            List.of("unspecified", "internal", "server", "client", "producer", "consumer");

    private static final List<String> STATUS_CODES = List.of("UNSET", "OK", "ERROR");

    public SpanCriteria {
        attributes = List.copyOf(attributes);
    }

    /** @param value as text; a number or a truth value equals what is written so */
    public record Attribute(String key, String value) {}

    /** Every span of a service. */
    public static SpanCriteria ofService(String service) {
        return new SpanCriteria(service, "", List.of(), 0, Long.MAX_VALUE, 0, Long.MAX_VALUE);
    }

    /** The same between two times. */
    public SpanCriteria between(long from, long to) {
        return new SpanCriteria(service, name, attributes, from, to, durationMin, durationMax);
    }

    /** The same as a filter. */
    public SpanFilter toFilter() {
        List<SpanFilter> all = new ArrayList<>();
        if (!service.isEmpty()) {
            all.add(SpanFilter.where(SpanField.resource(SERVICE_NAME), text(service)));
        }
        if (!name.isEmpty()) {
            all.add(SpanFilter.where(SpanField.NAME, text(name)));
        }
        if (durationMin > 0 || durationMax < Long.MAX_VALUE) {
            all.add(SpanFilter.where(SpanField.DURATION, ValueTest.between(durationMin, durationMax)));
        }
        if (startMin > 0 || startMax < Long.MAX_VALUE) {
            all.add(SpanFilter.where(SpanField.START, ValueTest.between(startMin, startMax)));
        }
        attributes.forEach(each -> all.add(anywhere(each)));
        return new SpanFilter.And(all);
    }

    private static ValueTest text(String value) {
        return ValueTest.equalTo(value.getBytes(UTF_8));
    }

    private static SpanFilter anywhere(Attribute attribute) {
        List<SpanFilter> any = new ArrayList<>();
        field(attribute).ifPresent(any::add);
        for (ValueTest test : tests(attribute.value())) {
            any.add(SpanFilter.where(SpanField.attribute(attribute.key()), test));
            any.add(SpanFilter.where(SpanField.resource(attribute.key()), test));
            any.add(SpanFilter.where(SpanField.scope(attribute.key()), test));
            any.add(SpanFilter.where(SpanField.event(attribute.key()), test));
            any.add(SpanFilter.where(SpanField.link(attribute.key()), test));
        }
        return new SpanFilter.Or(any);
    }

    /** What Jaeger writes as a tag and OTLP has as a field. */
    private static Optional<SpanFilter> field(Attribute attribute) {
        String value = attribute.value();
        return switch (attribute.key()) {
            case "error" -> value.equals("true") ? Optional.of(number(SpanField.STATUS_CODE, ERROR)) : Optional.empty();
            case "span.kind" -> numbered(SpanField.KIND, KINDS.indexOf(value));
            case "otel.status_code" -> numbered(SpanField.STATUS_CODE, STATUS_CODES.indexOf(value));
            case "otel.status_description" -> Optional.of(SpanFilter.where(SpanField.STATUS_MESSAGE, text(value)));
            case "otel.scope.name", "otel.library.name" ->
                Optional.of(SpanFilter.where(SpanField.SCOPE_NAME, text(value)));
            case "otel.scope.version", "otel.library.version" ->
                Optional.of(SpanFilter.where(SpanField.SCOPE_VERSION, text(value)));
            case "event" -> Optional.of(SpanFilter.where(SpanField.EVENT_NAME, text(value)));
            case "w3c.tracestate" -> Optional.of(SpanFilter.where(SpanField.TRACE_STATE, text(value)));
            default -> Optional.empty();
        };
    }

    private static Optional<SpanFilter> numbered(SpanField field, int number) {
        return number < 0 ? Optional.empty() : Optional.of(number(field, number));
    }

    private static SpanFilter number(SpanField field, long number) {
        return SpanFilter.where(field, ValueTest.between(number, number));
    }

    /** A test of each type that a text may be a value of. */
    private static List<ValueTest> tests(String value) {
        List<ValueTest> tests = new ArrayList<>();
        tests.add(text(value));
        if (value.equals("true") || value.equals("false")) {
            tests.add(ValueTest.is(value.equals("true")));
        }
        try {
            long number = Long.parseLong(value);
            tests.add(ValueTest.between(number, number));
        } catch (NumberFormatException notWhole) {
            real(value, tests);
        }
        return tests;
    }

    private static void real(String value, List<ValueTest> tests) {
        double number;
        try {
            number = Double.parseDouble(value);
        } catch (NumberFormatException noNumber) {
            return;
        }
        tests.add(new ValueTest() {
            @Override
            public boolean mayPass(Type type) {
                return type == Type.REAL;
            }

            @Override
            public boolean real(double each) {
                return each == number;
            }
        });
    }
}
