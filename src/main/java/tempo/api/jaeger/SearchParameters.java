package tempo.api.jaeger;

import akka.http.javadsl.model.Query;
import akka.japi.Pair;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tempo.span.TraceId;
import tempo.tempodb.scan.SpanCriteria;

/**
 * A search as Jaeger's UI asks for it, in the parameters of {@code /api/traces}: times in microseconds, durations as Go writes them, tags as
 * a JSON object or as {@code key:value}. Stateless.
 */
final class SearchParameters {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Pattern DURATION_PART =
            Pattern.compile("(\\d{1,15}(?:\\.\\d{1,15})?)(ns|us|\u00b5s|ms|s|m|h)");
    private static final Map<String, BigDecimal> NANOS = Map.of(
            "ns", BigDecimal.ONE,
            "us", BigDecimal.valueOf(1_000),
            "\u00b5s", BigDecimal.valueOf(1_000),
            "ms", BigDecimal.valueOf(1_000_000),
            "s", BigDecimal.valueOf(1_000_000_000),
            "m", BigDecimal.valueOf(60_000_000_000L),
            "h", BigDecimal.valueOf(3_600_000_000_000L));
    private static final long NANOS_PER_MICRO = 1_000;

    private SearchParameters() {}

    /** The ids of traces that are asked for by their ids; empty if it is a search. */
    static List<TraceId> ids(Query query) {
        List<TraceId> ids = new ArrayList<>();
        for (Pair<String, String> parameter : query.toList()) {
            if (parameter.first().equals("traceID")) {
                ids.add(TraceId.parse(parameter.second())
                        .orElseThrow(() -> bad("traceID", "1 to 32 hexadecimal digits")));
            }
        }
        return ids;
    }

    /** @throws IllegalArgumentException that names the parameter, if one is wrong */
    static SearchRequest read(Query query) {
        String service = text(query, "service");
        if (service.isEmpty()) {
            throw new IllegalArgumentException("parameter 'service' is required");
        }
        List<SpanCriteria.Attribute> tags = new ArrayList<>();
        for (Pair<String, String> parameter : query.toList()) {
            if (parameter.first().equals("tags")) {
                addObject(parameter.second(), tags);
            } else if (parameter.first().equals("tag")) {
                addPair(parameter.second(), tags);
            }
        }
        SpanCriteria criteria = new SpanCriteria(
                service,
                text(query, "operation"),
                tags,
                micros(query, "start").orElse(0L),
                micros(query, "end").orElse(Long.MAX_VALUE),
                duration(query, "minDuration").orElse(0L),
                duration(query, "maxDuration").orElse(Long.MAX_VALUE));
        return SearchRequest.of(criteria, limit(query));
    }

    private static String text(Query query, String name) {
        return query.get(name).orElse("");
    }

    private static int limit(Query query) {
        String text = text(query, "limit");
        try {
            return text.isEmpty() ? 0 : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw bad("limit", "a number");
        }
    }

    private static Optional<Long> micros(Query query, String name) {
        String text = text(query, name);
        try {
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Math.multiplyExact(Long.parseLong(text), NANOS_PER_MICRO));
        } catch (NumberFormatException | ArithmeticException e) {
            throw bad(name, "microseconds since 1970");
        }
    }

    private static Optional<Long> duration(Query query, String name) {
        String text = text(query, name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = DURATION_PART.matcher(text);
        int at = 0;
        while (at < text.length() && part.find(at) && part.start() == at) {
            nanos = nanos.add(
                    new BigDecimal(part.group(1)).multiply(NANOS.getOrDefault(part.group(2), BigDecimal.ONE)));
            at = part.end();
        }
        if (at < text.length() || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw bad(name, "a duration such as 1.5s or 200ms");
        }
        return Optional.of(nanos.longValue());
    }

    private static void addPair(String text, List<SpanCriteria.Attribute> tags) {
        int colon = text.indexOf(':');
        if (colon < 1) {
            throw bad("tag", "key:value");
        }
        tags.add(new SpanCriteria.Attribute(text.substring(0, colon), text.substring(colon + 1)));
    }

    private static void addObject(String text, List<SpanCriteria.Attribute> tags) {
        try (JsonParser in = JSON.createParser(text)) {
            boolean isObject = in.nextToken() == JsonToken.START_OBJECT;
            while (isObject && in.nextToken() == JsonToken.FIELD_NAME) {
                String key = in.currentName();
                if (!in.nextToken().isScalarValue()) {
                    throw bad("tags", "a JSON object of texts");
                }
                tags.add(new SpanCriteria.Attribute(key, in.getText()));
            }
            if (!isObject || in.currentToken() != JsonToken.END_OBJECT) {
                throw bad("tags", "a JSON object of texts");
            }
        } catch (IOException e) {
            throw bad("tags", "a JSON object of texts");
        }
    }

    private static IllegalArgumentException bad(String name, String wanted) {
        return new IllegalArgumentException("parameter '" + name + "' must be " + wanted);
    }
}
