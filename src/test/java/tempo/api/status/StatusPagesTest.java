package tempo.api.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;

class StatusPagesTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of());

    @Test
    void echoes() {
        HttpResponse<byte[]> answer = NODE.get("/api/echo");
        assertEquals(200, answer.statusCode());
        assertEquals("echo", NodeFixture.text(answer));
    }

    @Test
    void isReady() {
        HttpResponse<byte[]> answer = NODE.get("/ready");
        assertEquals(200, answer.statusCode());
        assertEquals("ready\n", NodeFixture.text(answer));
    }

    /** Grafana would offer streaming search from 2.2.0 on. */
    @Test
    void buildInfoIsOfAVersionWithoutStreaming() throws Exception {
        HttpResponse<byte[]> answer = NODE.get("/api/status/buildinfo");
        assertEquals(
                "application/json", answer.headers().firstValue("Content-Type").orElse(""));
        Map<String, String> fields = new TreeMap<>();
        try (JsonParser json = new JsonFactory().createParser(answer.body())) {
            assertEquals(JsonToken.START_OBJECT, json.nextToken());
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                fields.put(json.currentName(), json.nextTextValue());
            }
        }
        assertEquals(Set.of("version", "revision", "branch", "buildDate", "buildUser", "goVersion"), fields.keySet());
        assertTrue(fields.getOrDefault("version", "").matches("[01]\\.\\d+\\.\\d+|2\\.[01]\\.\\d+"), fields.toString());
    }

    @Test
    void statusNamesTheMembers() {
        String status = NodeFixture.text(NODE.get("/status"));
        assertTrue(
                status.matches("(?s)version   .+\nuptime    PT.*\ntime      .*\nmember    akka://tempo@.* Up .*\n"),
                status);
        assertTrue(NodeFixture.text(NODE.get("/status/version")).startsWith("tempo "));
    }

    @Test
    void metricsAreInPrometheusText() {
        NODE.export("{}".getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json");
        NodeFixture.await(
                "metric", () -> NodeFixture.text(NODE.get("/metrics")).contains("tempo_spans_received_total"));
        HttpResponse<byte[]> answer = NODE.get("/metrics");
        assertEquals(
                "text/plain; version=0.0.4; charset=UTF-8",
                answer.headers().firstValue("Content-Type").orElse(""));
        Set<String> typed = new HashSet<>();
        Set<String> series = new HashSet<>();
        for (String line : NodeFixture.text(answer).lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                assertTrue(typed.add(words[2]), "twice: " + line);
                assertTrue(Set.of("counter", "gauge", "histogram").contains(words[3]), line);
            } else if (!line.startsWith("# HELP ") && !line.isBlank()) {
                assertTrue(
                        line.matches("[a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-zA-Z_]\\w*=\"[^\"]*\",?)*})? "
                                + "(-?[0-9.]+(E-?\\d+)?|NaN|[+-]Inf)"),
                        line);
                assertTrue(series.add(line.substring(0, line.lastIndexOf(' '))), "twice: " + line);
                String name = line.split("[{ ]", -1)[0];
                assertTrue(typed.contains(name) || typed.contains(name.replaceFirst("_(bucket|sum|count)$", "")), line);
            }
        }
        assertTrue(typed.contains("tempo_spans_received_total"), typed.toString());
    }

    @Test
    void managementTellsHealthAndMembers() {
        assertEquals(200, management("/alive").statusCode());
        assertEquals(200, management("/ready").statusCode());
        String members = NodeFixture.text(management("/cluster/members"));
        assertTrue(members.contains("\"status\":\"Up\""), members);
    }

    @Test
    void complainsOfNothingInTheLog() {
        assertEquals(List.of(), NODE.complaints());
    }

    private static HttpResponse<byte[]> management(String path) {
        return NODE.send(HttpRequest.newBuilder(NODE.management().resolve(path)));
    }
}
