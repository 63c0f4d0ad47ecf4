package tempo.tempodb.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tempo.tempodb.backend.FaultProxy.Fault;

final class FaultProxyTest {
    private static final byte[] CONTENT = new byte[100_000];

    static {
        new Random(1).nextBytes(CONTENT);
    }

    private final Map<String, byte[]> objects = new ConcurrentHashMap<>(Map.of("/b/a", CONTENT));
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final FaultProxy proxy;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .build();

    FaultProxyTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy = FaultProxy.start(server.getAddress().getPort(), 1);
    }

    @BeforeEach
    void serve() {
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void passesOnWhatIsAskedAndAnswered() throws Exception {
        assertArrayEquals(CONTENT, get("/b/a").body());
        assertArrayEquals(Arrays.copyOfRange(CONTENT, 10, 20), range(10, 19).body());
        assertEquals(404, get("/b/none").statusCode());
        assertEquals(200, put("/b/c", "put").statusCode());
        assertArrayEquals("put".getBytes(UTF_8), get("/b/c").body());
        HttpResponse<byte[]> head = send(request("/b/a")
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());
        assertEquals("100000", head.headers().firstValue("Content-Length").orElseThrow());
        assertEquals(204, send(request("/b/c").DELETE().build()).statusCode());
    }

    @Test
    void passesOnBodiesInChunksAndThoseThatAskBefore() throws Exception {
        HttpRequest.BodyPublisher chunked =
                HttpRequest.BodyPublishers.fromPublisher(HttpRequest.BodyPublishers.ofByteArray(CONTENT));
        assertEquals(200, send(request("/b/c").PUT(chunked).build()).statusCode());
        assertArrayEquals(CONTENT, objects.get("/b/c"));
        HttpRequest asking = request("/b/d")
                .expectContinue(true)
                .PUT(HttpRequest.BodyPublishers.ofString("x"))
                .build();
        assertEquals(200, send(asking).statusCode());
        assertArrayEquals(CONTENT, get("/chunked").body());
    }

    @Test
    void countsRequestsByMethodAndPath() throws Exception {
        get("/b/a");
        get("/b/none?x=1");
        put("/c/a", "1");
        assertEquals(2, proxy.count("GET", "/b/"));
        assertEquals(1, proxy.count("GET", "/b/none?x"));
        assertEquals(0, proxy.count("PUT", "/b/"));
        assertEquals(3, proxy.count("", "/"));
        assertEquals(List.of("GET /b/a", "GET /b/none?x=1", "PUT /c/a"), proxy.requests());
        proxy.forget();
        assertEquals(0, proxy.count("", ""));
    }

    @Test
    void refusesAndIsWellAgain() throws Exception {
        for (Map.Entry<Fault, Integer> refusal : Map.of(
                        Fault.ERROR_500, 500, Fault.BUSY_503, 503, Fault.THROTTLED_429, 429)
                .entrySet()) {
            proxy.set(refusal.getKey(), 1);
            assertEquals(refusal.getValue(), put("/b/refused", "x").statusCode());
            proxy.heal();
            assertEquals(200, get("/b/a").statusCode());
        }
        assertTrue(!objects.containsKey("/b/refused"));
    }

    @Test
    void resetsBeforeTheServerHears() {
        proxy.set(Fault.RESET, 1);
        assertThrows(IOException.class, () -> put("/b/c", "x"));
        assertTrue(!objects.containsKey("/b/c"));
    }

    @Test
    void losesAnswersOfWhatWasDone() throws Exception {
        proxy.set(Fault.LOST_ANSWER, 1);
        assertThrows(IOException.class, () -> put("/b/c", "x"));
        assertTrue(objects.containsKey("/b/c"));
        assertEquals(200, get("/b/a").statusCode());
    }

    @Test
    void truncatesBodiesWhoseLengthWasSaid() {
        proxy.set(Fault.TRUNCATE, 1);
        IOException e = assertThrows(IOException.class, () -> get("/b/a"));
        assertTrue(!(e instanceof HttpTimeoutException), e.toString());
    }

    @Test
    void servesTheRangeBehindAndSaysSo() throws Exception {
        proxy.set(Fault.WRONG_RANGE, 1);
        HttpResponse<byte[]> answer = range(10, 19);
        assertEquals(
                "bytes 11-20/100000",
                answer.headers().firstValue("Content-Range").orElseThrow());
        assertArrayEquals(Arrays.copyOfRange(CONTENT, 11, 20), Arrays.copyOf(answer.body(), 9));
        assertEquals(10, answer.body().length);
    }

    @Test
    void hangsUntilTheClientGoes() {
        proxy.set(Fault.HANG, 1);
        HttpRequest impatient = request("/b/a").timeout(Duration.ofMillis(100)).build();
        assertThrows(HttpTimeoutException.class, () -> send(impatient));
        assertEquals(1, proxy.faults(Fault.HANG));
    }

    @Test
    void dripsAndDelays() throws Exception {
        proxy.set(Fault.DRIP, 1);
        long start = System.nanoTime();
        assertArrayEquals(CONTENT, get("/b/a").body());
        assertTrue(System.nanoTime() - start >= 7 * FaultProxy.DRIP_MILLIS * 1_000_000L);
        proxy.heal();
        proxy.delay(Duration.ofMillis(30));
        start = System.nanoTime();
        get("/b/a");
        assertTrue(System.nanoTime() - start >= 30_000_000);
    }

    @Test
    void letsAShareOfRequestsGoWrong() throws Exception {
        proxy.setAll(0.3, List.of(Fault.ERROR_500, Fault.BUSY_503));
        int wrong = 0;
        for (int i = 0; i < 300; i++) {
            wrong += get("/b/none").statusCode() == 404 ? 0 : 1;
        }
        assertTrue(wrong > 60 && wrong < 120, wrong + " of 300");
        assertEquals(wrong, proxy.faults(Fault.ERROR_500) + proxy.faults(Fault.BUSY_503));
        assertEquals(300, proxy.count("GET", "/b/none"));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return send(request(path).build());
    }

    private HttpResponse<byte[]> range(int first, int last) throws Exception {
        return send(
                request("/b/a").header("Range", "bytes=" + first + "-" + last).build());
    }

    private HttpResponse<byte[]> put(String path, String content) throws Exception {
        return send(
                request(path).PUT(HttpRequest.BodyPublishers.ofString(content)).build());
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] sent = exchange.getRequestBody().readAllBytes();
            byte[] object = path.equals("/chunked") ? CONTENT : objects.get(path);
            switch (exchange.getRequestMethod()) {
                case "PUT" -> {
                    objects.put(path, sent);
                    exchange.sendResponseHeaders(200, -1);
                }
                case "DELETE" -> {
                    objects.remove(path);
                    exchange.sendResponseHeaders(204, -1);
                }
                case "HEAD" -> {
                    exchange.getResponseHeaders().set("Content-Length", String.valueOf(CONTENT.length));
                    exchange.sendResponseHeaders(200, -1);
                }
                default -> get(exchange, path, object);
            }
        }
    }

    private static void get(HttpExchange exchange, String path, byte @org.jspecify.annotations.Nullable [] object)
            throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (object == null) {
            exchange.sendResponseHeaders(404, -1);
        } else if (range != null) {
            String[] ends = range.replace("bytes=", "").split("-", -1);
            int first = Integer.parseInt(ends[0]);
            int last = Integer.parseInt(ends[1]);
            exchange.getResponseHeaders().set("Content-Range", "bytes " + first + "-" + last + "/" + object.length);
            exchange.sendResponseHeaders(206, last - first + 1);
            exchange.getResponseBody().write(object, first, last - first + 1);
        } else {
            exchange.sendResponseHeaders(200, path.equals("/chunked") ? 0 : object.length);
            exchange.getResponseBody().write(object);
        }
    }
}
