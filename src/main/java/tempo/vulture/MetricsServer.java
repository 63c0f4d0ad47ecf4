package tempo.vulture;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/** Shows metrics to Prometheus. */
final class MetricsServer implements AutoCloseable {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private final HttpServer server;

    private MetricsServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Listens.
     *
     * @param address port 0 takes any free one
     * @param path where the metrics are; {@code /ready} says that the process is alive
     * @throws IOException if the port is taken
     */
    static MetricsServer start(InetSocketAddress address, String path, Supplier<String> metrics) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new IOException(
                    "port " + address.getPort() + " for metrics is taken: --prometheus-listen-address names another",
                    e);
        }
        server.createContext("/", exchange -> {
            String asked = exchange.getRequestURI().getPath();
            if (asked.equals(path)) {
                answer(exchange, OK, "text/plain; version=0.0.4; charset=utf-8", metrics.get());
            } else if (asked.equals("/ready")) {
                answer(exchange, OK, "text/plain; charset=utf-8", "ready\n");
            } else {
                answer(exchange, NOT_FOUND, "text/plain; charset=utf-8", "metrics are at " + path + "\n");
            }
        });
        server.start();
        return new MetricsServer(server);
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, isHead ? -1 : body.length);
        try (exchange) {
            if (!isHead) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
