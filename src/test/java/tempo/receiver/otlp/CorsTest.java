package tempo.receiver.otlp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;

/** Pages of allowed origins may send spans, and no others. */
class CorsTest {
    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of(
            "tempo.receiver.otlp.cors.allowed-origins", "https://*.shop.example,http://localhost:3000",
            "tempo.receiver.otlp.cors.allowed-headers", "X-Scope-OrgID",
            "tempo.receiver.otlp.cors.max-age", "1 h"));

    private static HttpResponse<byte[]> preflight(String origin, String headers) {
        return NODE.send(HttpRequest.newBuilder(NODE.otlpHttp().resolve("/v1/traces"))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .headers(
                        "Origin", origin,
                        "Access-Control-Request-Method", "POST",
                        "Access-Control-Request-Headers", headers));
    }

    private static String header(HttpResponse<?> answer, String name) {
        return String.join("; ", answer.headers().allValues(name));
    }

    @Test
    void aPreflightOfAnAllowedOriginIsAnswered() {
        HttpResponse<byte[]> answer = preflight("https://www.shop.example", "content-type,x-scope-orgid,x-other");
        assertEquals(204, answer.statusCode());
        assertEquals("https://www.shop.example", header(answer, "Access-Control-Allow-Origin"));
        assertEquals("POST", header(answer, "Access-Control-Allow-Methods"));
        assertEquals("content-type, x-scope-orgid", header(answer, "Access-Control-Allow-Headers"));
        assertEquals("3600", header(answer, "Access-Control-Max-Age"));
        assertEquals("Origin", header(answer, "Vary"));
    }

    @Test
    void anAnswerToAnAllowedOriginMayBeRead() {
        HttpResponse<byte[]> answer = NODE.export(
                "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "Content-Type",
                "application/json",
                "Origin",
                "http://localhost:3000");
        assertEquals(200, answer.statusCode());
        assertEquals("http://localhost:3000", header(answer, "Access-Control-Allow-Origin"));
        assertEquals("true", header(answer, "Access-Control-Allow-Credentials"));
    }

    @Test
    void otherOriginsAreAllowedNothing() {
        for (String origin : new String[] {
            "https://shop.example", "https://www.shop.example.evil", "http://www.shop.example", "http://localhost:30001"
        }) {
            HttpResponse<byte[]> answer = preflight(origin, "content-type");
            assertEquals(405, answer.statusCode(), origin);
            assertEquals("", header(answer, "Access-Control-Allow-Origin"), origin);
        }
    }
}
