package tempo.vulture;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import tempo.format.FormatException;
import tempo.format.otlp.OtlpTree;
import tempo.span.TraceMerge;
import tempo.span.WireWriter;

/** Plays a Loki by recorded answers, and a tracing backend that may be made to lose, to change and to fail. */
final class StubServer implements AutoCloseable {
    static {
        // Else each answer waits some 40 ms for the other side's acknowledgement of its header.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final Map<String, List<byte[]>> traces = new HashMap<>();
    final List<String> asked = new CopyOnWriteArrayList<>();
    final List<String> authorizations = new CopyOnWriteArrayList<>();

    /** Recorded answers, in the order in which they are given; the last one again and again. */
    final List<String> lokiAnswers = new CopyOnWriteArrayList<>();

    volatile int pushStatus = 200;
    volatile int queryStatus = 200;
    volatile boolean partial;
    volatile byte[] pushAnswer = {};

    StubServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/loki/", this::loki);
        server.createContext("/v1/traces", this::push);
        server.createContext("/api/v2/traces/", this::query);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    synchronized Map<String, List<byte[]>> traces() {
        return traces;
    }

    private void loki(HttpExchange exchange) throws IOException {
        note(exchange);
        String name = lokiAnswers.size() > 1 ? lokiAnswers.remove(0) : lokiAnswers.get(0);
        String recorded = Files.readString(Path.of("src/test/resources/loki/" + name + ".http"));
        String answer = recorded.substring(recorded.indexOf("\nHTTP/1.1 ") + 1);
        int status = Integer.parseInt(answer.substring(9, 12));
        String body = answer.substring(answer.indexOf("\n\n") + 2);
        exchange.getResponseHeaders()
                .set("Content-Type", status == 200 ? "application/json; charset=UTF-8" : "text/plain; charset=utf-8");
        send(exchange, status, body.getBytes(UTF_8));
    }

    private void push(HttpExchange exchange) throws IOException {
        note(exchange);
        byte[] batch = exchange.getRequestBody().readAllBytes();
        if (pushStatus == 200) {
            synchronized (this) {
                traces.computeIfAbsent(traceOf(batch), id -> new ArrayList<>()).add(batch);
            }
        }
        send(exchange, pushStatus, pushAnswer);
    }

    /** All spans of a batch are of one trace, whose id is the first field of the first span. */
    private static String traceOf(byte[] batch) {
        try {
            String[] id = new String[1];
            OtlpTree.read(batch, 0, batch.length, new OtlpTree.Visitor() {
                @Override
                public void resource(OtlpTree.Resource resource) {}

                @Override
                public void span(OtlpTree.Scope scope, OtlpTree.Span span) {
                    id[0] = HexFormat.of().formatHex(span.traceId);
                }
            });
            return id[0];
        } catch (FormatException e) {
            throw new AssertionError(e);
        }
    }

    private void query(HttpExchange exchange) throws IOException {
        note(exchange);
        String path = exchange.getRequestURI().getPath();
        List<byte[]> batches;
        synchronized (this) {
            batches = traces.getOrDefault(path.substring(path.lastIndexOf('/') + 1), List.of());
        }
        if (queryStatus != 200 || batches.isEmpty()) {
            send(exchange, queryStatus != 200 ? queryStatus : 404, "trace not found".getBytes(UTF_8));
            return;
        }
        byte[] trace = TraceMerge.merge(batches).bytes();
        WireWriter answer = new WireWriter(trace.length + 100);
        answer.bytes(1, trace, 0, trace.length);
        if (partial) {
            answer.varint(3, 1);
            answer.string(4, "a node is gone");
        }
        exchange.getResponseHeaders().set("Content-Type", "application/protobuf");
        send(exchange, 200, answer.toByteArray());
    }

    private void note(HttpExchange exchange) {
        asked.add(exchange.getRequestURI().toString());
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")) + " "
                + exchange.getRequestHeaders().getFirst("X-Scope-OrgID"));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
