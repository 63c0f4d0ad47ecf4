package tempo.vulture;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tempo.client.Endpoint;

/**
 * Asks Loki for log lines. Thread-safe; calls block.
 *
 * <p>Source: <a href="https://grafana.com/docs/loki/latest/reference/loki-http-api/">Loki's HTTP API</a>, {@code query_range}.
 */
final class LokiClient {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int OK = 200;
    private static final long NANOS = 1_000_000_000L;

    private final Endpoint endpoint;

    LokiClient(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * A line.
     *
     * @param labels of its stream, and its structured metadata
     */
    record Line(Map<String, String> labels, String text) {}

    /**
     * The newest lines of a time.
     *
     * @param query in LogQL, of lines
     * @param start included
     * @param end excluded
     * @param limit most lines, of all streams together
     * @throws IOException if there is no answer, or it is something else: with what Loki says of it
     */
    List<Line> lines(String query, Instant start, Instant end, int limit) throws IOException {
        Endpoint.Answer answer = endpoint.get(
                "/loki/api/v1/query_range?query=" + URLEncoder.encode(query, UTF_8) + "&start=" + nanos(start) + "&end="
                        + nanos(end) + "&limit=" + limit + "&direction=backward",
                "application/json");
        if (answer.status() != OK) {
            throw new IOException(
                    "Loki at " + endpoint.base() + " answered " + answer.status() + ": " + answer.reason());
        }
        try (JsonParser parser = JSON.createParser(answer.body())) {
            return read(parser);
        } catch (IOException e) {
            throw new IOException(
                    "Loki at " + endpoint.base() + " answered with what are no lines: " + e.getMessage(), e);
        }
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * NANOS + time.getNano();
    }

    private static List<Line> read(JsonParser parser) throws IOException {
        List<Line> lines = new ArrayList<>();
        String type = "";
        expect(parser.nextToken(), JsonToken.START_OBJECT, parser);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean isData = parser.currentName().equals("data");
            parser.nextToken();
            if (!isData || parser.currentToken() != JsonToken.START_OBJECT) {
                parser.skipChildren();
                continue;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("resultType")) {
                    type = parser.getText();
                    requireStreams(type);
                } else if (name.equals("result")) {
                    requireStreams(type.isEmpty() ? "streams" : type);
                    streams(parser, lines);
                } else {
                    parser.skipChildren();
                }
            }
        }
        requireStreams(type);
        return lines;
    }

    private static void requireStreams(String type) throws IOException {
        if (!type.equals("streams")) {
            throw new IOException("result is of type '" + type + "', the query must be one of log lines");
        }
    }

    private static void streams(JsonParser parser, List<Line> lines) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY, parser);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.START_OBJECT, parser);
            Map<String, String> labels = Map.of();
            List<String> texts = new ArrayList<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("stream")) {
                    labels = labels(parser);
                } else if (name.equals("values")) {
                    values(parser, texts);
                } else {
                    parser.skipChildren();
                }
            }
            for (String text : texts) {
                lines.add(new Line(labels, text));
            }
        }
    }

    private static Map<String, String> labels(JsonParser parser) throws IOException {
        expect(parser.currentToken(), JsonToken.START_OBJECT, parser);
        Map<String, String> labels = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            labels.put(name, parser.getText());
        }
        return labels;
    }

    /** Each is a time, a line, and perhaps an object with what else is known of the line. */
    private static void values(JsonParser parser, List<String> texts) throws IOException {
        expect(parser.currentToken(), JsonToken.START_ARRAY, parser);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.START_ARRAY, parser);
            expect(parser.nextToken(), JsonToken.VALUE_STRING, parser);
            expect(parser.nextToken(), JsonToken.VALUE_STRING, parser);
            texts.add(parser.getText());
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                parser.skipChildren();
            }
        }
    }

    private static void expect(JsonToken found, JsonToken wanted, JsonParser parser) throws IOException {
        if (found != wanted) {
            throw new IOException("there is " + found + " where " + wanted + " belongs, at "
                    + parser.currentLocation().offsetDescription());
        }
    }
}
