package tempo.vulture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tempo.client.Endpoint;

/** By answers that a real Loki gave. */
class LokiClientTest {
    private static final Instant START = Instant.parse("2026-11-22T18:00:00Z");
    private static final Instant END = Instant.parse("2026-11-22T18:30:00Z");

    private StubServer server;

    @BeforeEach
    void start() throws IOException {
        server = new StubServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private List<LokiClient.Line> lines(String recorded) throws IOException {
        server.lokiAnswers.add(recorded);
        return new LokiClient(Endpoint.of(Endpoint.Settings.of(server.uri()))).lines("{app=\"a b\"}", START, END, 12);
    }

    private Set<String> ids(String recorded) throws IOException {
        return new TraceIdFinder(TraceIdFinder.DEFAULT_PATTERN, Set.of("trace_id"))
                .in(lines(recorded)).stream().map(Object::toString).collect(Collectors.toSet());
    }

    @Test
    void asksForLinesOfATimeTheNewestFirst() throws IOException {
        lines("streams-empty");
        assertEquals(
                List.of("/loki/api/v1/query_range?query=%7Bapp%3D%22a+b%22%7D&start=1795370400000000000"
                        + "&end=1795372200000000000&limit=12&direction=backward"),
                server.asked);
    }

    @ParameterizedTest
    @CsvSource({
        "streams-several, 12",
        "streams-empty, 0",
        "streams-unicode-escapes, 4",
        "structured-metadata, 4",
        "structured-metadata-categorized, 4",
        "otlp-logs, 3",
        "streams-by-short-trace-id, 4",
    })
    void eachLineOfEachStreamIsRead(String recorded, int expected) throws IOException {
        assertEquals(expected, lines(recorded).size());
    }

    @Test
    void idsAreFoundInLogfmtAndJsonByWhateverName() throws IOException {
        Set<String> ids = ids("streams-several");
        assertTrue(
                ids.containsAll(Set.of("86e4d3cea27d26934b484e73cf575dca", "815d2802827283e0ad84173581569969")),
                ids.toString());
    }

    @Test
    void idsAreFoundInStructuredMetadata() throws IOException {
        assertEquals(3, ids("structured-metadata").size());
        assertEquals(3, ids("otlp-logs").size());
    }

    /** A 64-bit id that is written with 32 digits is that id. */
    @Test
    void shortIdsAreIds() throws IOException {
        Set<String> ids = ids("streams-by-short-trace-id");
        assertEquals(1, ids.size());
        assertTrue(ids.iterator().next().startsWith("0000000000000000"), ids.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "error-parse | answered 400: parse error at line 0, col 17: syntax error",
                "error-no-tenant | answered 401: no org id",
                "error-timeout | answered 504: request timed out",
                "error-tenants-several | answered 500: multiple org IDs present",
                "matrix | result is of type 'matrix', the query must be one of log lines",
                "instant-scalar | result is of type 'scalar', the query must be one of log lines",
            })
    void whatLokiSaysIsWrongIsPassedOn(String recorded, String sentence) {
        IOException failure = assertThrows(IOException.class, () -> lines(recorded));
        assertTrue(String.valueOf(failure.getMessage()).contains(sentence), failure.getMessage());
    }

    @Test
    void credentialsAndTenantAreSent(@TempDir Path directory) throws IOException {
        server.lokiAnswers.add("streams-empty");
        Path token = Files.writeString(directory.resolve("token"), "s3cret\n");
        Endpoint.Settings basic = settings(server.uri(), "me:secret", "");
        Endpoint.Settings bearer = settings(server.uri(), "", token.toString());
        for (Endpoint.Settings each : List.of(basic, bearer)) {
            new LokiClient(Endpoint.of(each)).lines("{}", START, END, 1);
        }
        assertEquals(List.of("Basic bWU6c2VjcmV0 team", "Bearer s3cret team"), server.authorizations);
        assertThrows(IllegalArgumentException.class, () -> settings(server.uri(), "me:secret", token.toString()));
    }

    private static Endpoint.Settings settings(URI base, String basic, String tokenFile) {
        return new Endpoint.Settings(
                base, Map.of("X-Scope-OrgID", "team"), basic, tokenFile, "", "", "", Duration.ofSeconds(5));
    }
}
