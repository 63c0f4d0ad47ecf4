package tempo.vulture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;
import tempo.client.Endpoint;

/** The tool against a real node. */
class VultureCommandTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of());

    private record Outcome(int exitCode, String out, String err) {}

    private static Outcome vulture(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = VultureCommand.execute(
                InstantSource.system(), new PrintWriter(out), new PrintWriter(err, true), arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    @Test
    void onceWritesAndFindsSpanBySpan() {
        Outcome outcome = vulture(
                "--once",
                "--validation-cycles",
                "4",
                "--tempo-query-url",
                NODE.api().toString(),
                "--tempo-push-url",
                NODE.otlpHttp().toString());
        assertEquals(0, outcome.exitCode(), outcome.toString());
        assertTrue(
                outcome.out().endsWith("4 traces were written and found, span by span as they were written\n"),
                outcome.out());
    }

    @Test
    void onceLooksThroughLokiAndSaysWhichTraceIsNotThere() throws IOException {
        try (StubServer loki = new StubServer()) {
            loki.lokiAnswers.add("streams-by-short-trace-id");
            Outcome outcome = vulture(
                    "--once",
                    "--no-writes",
                    "--loki-url",
                    loki.uri().toString(),
                    "--loki-ages",
                    "1h",
                    "--loki-user",
                    "me",
                    "--loki-pass",
                    "secret",
                    "--tempo-query-url",
                    NODE.api().toString());
            assertEquals(1, outcome.exitCode(), outcome.toString());
            assertTrue(outcome.out().contains("notfound_byid: it is not there"), outcome.out());
            assertEquals("Basic bWU6c2VjcmV0 null", loki.authorizations.get(0));
        }
    }

    @Test
    void anUnreachableNodeIsOneLine() {
        Outcome outcome = vulture("--once", "--tempo-push-url", "http://127.0.0.1:1");
        assertEquals(1, outcome.exitCode());
        assertEquals(1, outcome.out().lines().count(), outcome.out());
        assertTrue(outcome.out().endsWith(" write failed: nothing listens at http://127.0.0.1:1\n"), outcome.out());
    }

    @Test
    void aWrongCommandLineIsOneLineAndAHint() {
        String hint = "Try 'tempo-vulture --help'.\n";
        assertEquals(
                new Outcome(
                        2,
                        "",
                        "tempo-vulture: with --no-writes and without --loki-url there is nothing to do\n" + hint),
                vulture("--no-writes"));
        Outcome regex = vulture("--once", "--no-writes", "--loki-url", "http://127.0.0.1:1", "--trace-id-regex", "(");
        assertEquals(2, regex.exitCode());
        assertTrue(regex.err().startsWith("tempo-vulture: --trace-id-regex is no expression of RE2: "), regex.err());
        assertEquals(2, vulture("--once", "--tempo-query-url", "tempo:3200").exitCode());
        assertTrue(vulture("--validation-timeout", "soon")
                .err()
                .contains("'soon' is no duration such as 500ms, 15s, 1m30s, 336h or 14d"));
    }

    @Test
    void durationsAreWrittenAsPeopleDo() {
        assertEquals(Duration.ofSeconds(90), new DurationText().convert("1m30s"));
        assertEquals(Duration.ofDays(14), new DurationText().convert("336h"));
        assertEquals(Duration.ofDays(14), new DurationText().convert("14d"));
        assertEquals(Duration.ofMillis(1500), new DurationText().convert("1s500ms"));
    }

    @Test
    void metricsAreShownToPrometheus() throws IOException {
        try (MetricsServer server =
                MetricsServer.start(new InetSocketAddress("127.0.0.1", 0), "/metrics", new VultureMetrics()::text)) {
            Endpoint endpoint = Endpoint.of(Endpoint.Settings.of(URI.create("http://127.0.0.1:" + server.port())));
            Endpoint.Answer answer = endpoint.get("/metrics", "");
            assertEquals(200, answer.status());
            assertTrue(answer.contentType().startsWith("text/plain; version=0.0.4"), answer.contentType());
            assertTrue(answer.text().contains("tempo_vulture_trace_total 0\n"), answer.text());
            assertEquals(200, endpoint.get("/ready", "").status());
            assertEquals(404, endpoint.get("/", "").status());
        }
    }
}
