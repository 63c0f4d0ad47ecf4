package tempo.api.tempo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;
import tempo.receiver.otlp.OtlpSpans;

class CorruptBlockTest {
    private static final String ID = "0102030405060708090a0b0c0d0e0f10";

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of(
            "tempo.ingester.trace-idle", "100 ms",
            "tempo.ingester.head-age", "100 ms",
            "tempo.querier.deadline", "1 s",
            "tempo.wal.retain-after-release", "4 s"));

    @Test
    void namesTheBlockThatCannotBeRead() throws IOException {
        NODE.export(OtlpSpans.request(OtlpSpans.span(ID, 1)).toByteArray(), "Content-Type", "application/x-protobuf");
        NodeFixture.await("block", () -> !blocks().isEmpty() && inspectedBytes() > 0);
        for (Path block : blocks()) {
            byte[] bytes = Files.readAllBytes(block);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] ^= 0x5a;
            }
            Files.write(block, bytes);
        }

        NodeFixture.await("partial", () -> NodeFixture.text(NODE.get("/api/v2/traces/" + ID))
                .contains("PARTIAL"));
        HttpResponse<byte[]> v2 = NODE.get("/api/v2/traces/" + ID);
        assertEquals(200, v2.statusCode());
        String text = NodeFixture.text(v2);
        Matcher message = Pattern.compile(
                        "\"status\":\"PARTIAL\",\"message\":\"(blocks: block ([0-9a-f-]{36}): [^\"]+)\"}$")
                .matcher(text);
        assertTrue(message.find(), text);
        assertTrue(blocks().get(0).toString().contains(message.group(2)), text);

        String jaeger = NodeFixture.text(NODE.send(HttpRequest.newBuilder(jaeger())));
        assertTrue(jaeger.contains("\"warnings\":[\"this trace may lack spans: " + message.group(1)), jaeger);

        // Once the head block has forgotten the trace there is nothing to show, and version 1 cannot say 404.
        NodeFixture.await("503", () -> NODE.get("/api/traces/" + ID).statusCode() == 503);
        assertEquals(message.group(1) + "\n", NodeFixture.text(NODE.get("/api/traces/" + ID)));
        assertEquals(503, NODE.send(HttpRequest.newBuilder(jaeger())).statusCode());
    }

    private static URI jaeger() {
        return URI.create(NODE.receiver("Jaeger query") + "/api/traces/" + ID);
    }

    private static long inspectedBytes() {
        return NODE.get("/api/v2/traces/" + ID).body().length;
    }

    private static List<Path> blocks() {
        try (Stream<Path> files = Files.walk(NODE.dataDirectory())) {
            return files.filter(file -> file.toString().endsWith(".tp")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
