import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * A small web shop with traffic: four services that call each other over HTTP, each with an SDK of OpenTelemetry of its own, and customers. What it
 * logs has the trace's id, and goes to Loki if there is one. Run it as the README beside it says.
 */
public final class Shop {
    private static final AttributeKey<String> SERVICE_NAME = AttributeKey.stringKey("service.name");
    private static final TextMapGetter<HttpExchange> REQUEST_HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(HttpExchange request) {
            return request.getRequestHeaders().keySet();
        }

        @Override
        public String get(HttpExchange request, String key) {
            return request == null ? null : request.getRequestHeaders().getFirst(key);
        }
    };

    private final String otlp = setting("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317");
    private final String loki = setting("LOKI_URL", "");
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Service> services = new ArrayList<>();
    private boolean lokiFailed;

    private static String setting(String name, String otherwise) {
        return System.getenv().getOrDefault(name, otherwise);
    }

    public static void main(String[] arguments) throws Exception {
        long orders = arguments.length > 0 ? Long.parseLong(arguments[0]) : Long.MAX_VALUE;
        double perSecond = Double.parseDouble(setting("SHOP_ORDERS_PER_SECOND", "2"));
        new Shop().run(orders, perSecond);
        System.exit(0);
    }

    /** What a service does with a request; returns the answer, and fails if it cannot be done. */
    private interface Work {
        String of(String path) throws Exception;
    }

    /** A service: an HTTP server, and its tracer. */
    private final class Service {
        private final String name;
        private final SdkTracerProvider provider;
        private final Tracer tracer;
        private final HttpServer server;

        Service(String name, Work work) throws IOException {
            this.name = name;
            Resource resource = Resource.getDefault()
                    .merge(Resource.create(Attributes.of(
                            SERVICE_NAME, name, AttributeKey.stringKey("deployment.environment.name"), "example")));
            provider = SdkTracerProvider.builder()
                    .setResource(resource)
                    .addSpanProcessor(BatchSpanProcessor.builder(
                                    OtlpGrpcSpanExporter.builder().setEndpoint(otlp).build())
                            .setScheduleDelay(Duration.ofSeconds(1))
                            .build())
                    .build();
            tracer = provider.get("shop");
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newCachedThreadPool());
            server.createContext("/", exchange -> serve(exchange, work));
            server.start();
            services.add(this);
        }

        private void serve(HttpExchange exchange, Work work) throws IOException {
            Context parent =
                    W3CTraceContextPropagator.getInstance().extract(Context.root(), exchange, REQUEST_HEADERS);
            String path = exchange.getRequestURI().getPath();
            String route = path.replaceAll("/[0-9]+", "/{id}");
            Span span = tracer.spanBuilder(exchange.getRequestMethod() + " " + route)
                    .setParent(parent)
                    .setSpanKind(SpanKind.SERVER)
                    .setAttribute("http.request.method", exchange.getRequestMethod())
                    .setAttribute("http.route", route)
                    .setAttribute("url.path", path)
                    .startSpan();
            int status = 200;
            String answer;
            try (Scope scope = span.makeCurrent()) {
                answer = work.of(path);
                log("info", "served " + path);
            } catch (Exception e) {
                status = 500;
                answer = String.valueOf(e.getMessage());
                span.recordException(e);
                span.setStatus(StatusCode.ERROR, answer);
                try (Scope scope = span.makeCurrent()) {
                    log("error", "failed " + path + ": " + answer);
                }
            }
            span.setAttribute("http.response.status_code", status);
            span.end();
            try (exchange) {
                byte[] body = answer.getBytes(UTF_8);
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        }

        /** Calls another service. */
        String call(Service other, String path) throws Exception {
            Span span = tracer.spanBuilder("GET " + other.name)
                    .setSpanKind(SpanKind.CLIENT)
                    .setAttribute("peer.service", other.name)
                    .startSpan();
            try (Scope scope = span.makeCurrent()) {
                HttpRequest.Builder request = HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + other.server.getAddress().getPort() + path))
                        .timeout(Duration.ofSeconds(5));
                W3CTraceContextPropagator.getInstance()
                        .inject(Context.current(), request, HttpRequest.Builder::setHeader);
                HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
                span.setAttribute("http.response.status_code", response.statusCode());
                if (response.statusCode() != 200) {
                    span.setStatus(StatusCode.ERROR);
                    throw new IOException(other.name + ": " + response.body());
                }
                return response.body();
            } finally {
                span.end();
            }
        }

        /** What a data base would do. */
        void query(String statement) throws InterruptedException {
            Span span = tracer.spanBuilder(statement.substring(0, statement.indexOf(' ')))
                    .setSpanKind(SpanKind.CLIENT)
                    .setAttribute("db.system.name", "postgresql")
                    .setAttribute("db.query.text", statement)
                    .startSpan();
            try (Scope scope = span.makeCurrent()) {
                TimeUnit.MICROSECONDS.sleep(ThreadLocalRandom.current().nextInt(200, 5_000));
            } finally {
                span.end();
            }
        }

        void log(String level, String message) {
            String traceId = Span.current().getSpanContext().getTraceId();
            String line = "level=" + level + " msg=\"" + message.replace('"', '\'') + "\" traceID=" + traceId;
            System.out.println(name + " " + line);
            if (!loki.isEmpty()) {
                push(name, level, line);
            }
        }
    }

    /** As Loki's push API wants it; the shop does not wait for it. */
    private void push(String service, String level, String line) {
        long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        String body = "{\"streams\":[{\"stream\":{\"app\":\"" + service + "\",\"namespace\":\"shop\",\"level\":\"" + level
                + "\"},\"values\":[[\"" + now + "\",\"" + line.replace("\\", "\\\\").replace("\"", "\\\"") + "\"]]}]}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(loki + "/loki/api/v1/push"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        http.sendAsync(request, HttpResponse.BodyHandlers.discarding()).whenComplete((answer, failure) -> {
            boolean failed = failure != null || answer.statusCode() >= 300;
            if (failed && !lokiFailed) {
                System.err.println("log lines do not reach " + loki + ": " + (failure != null ? failure : answer));
            }
            lokiFailed = failed;
        });
    }

    private void run(long orders, double perSecond) throws Exception {
        Map<String, Service> shop = new ConcurrentHashMap<>();
        shop.put("payment", new Service("payment", path -> {
            shop.get("payment").query("INSERT INTO payments (order_id, cents) VALUES (" + id() + ", " + id() + ")");
            if (ThreadLocalRandom.current().nextInt(20) == 0) {
                throw new IllegalStateException("card was declined");
            }
            return "paid";
        }));
        shop.put("inventory", new Service("inventory", path -> {
            shop.get("inventory").query("SELECT stock FROM items WHERE id = " + id());
            shop.get("inventory").query("UPDATE items SET stock = stock - 1 WHERE id = " + id());
            return "reserved";
        }));
        shop.put("checkout", new Service("checkout", path -> {
            Service checkout = shop.get("checkout");
            checkout.call(shop.get("inventory"), "/items/" + id());
            checkout.call(shop.get("payment"), "/payments/" + id());
            checkout.query("INSERT INTO orders (id) VALUES (" + id() + ")");
            return "ordered";
        }));
        Service front = new Service("frontend", path -> shop.get("frontend").call(shop.get("checkout"), "/orders/" + id()));
        shop.put("frontend", front);

        System.out.println("the shop is open: " + perSecond + " orders a second, traces go to " + otlp);
        long pause = (long) (1_000_000 / perSecond);
        for (long i = 0; i < orders; i++) {
            URI order = URI.create("http://127.0.0.1:" + front.server.getAddress().getPort() + "/checkout");
            http.send(HttpRequest.newBuilder(order).build(), HttpResponse.BodyHandlers.discarding());
            TimeUnit.MICROSECONDS.sleep(pause);
        }
        for (Service service : services) {
            service.server.stop(0);
            service.provider.shutdown().join(10, TimeUnit.SECONDS);
        }
    }

    private static int id() {
        return ThreadLocalRandom.current().nextInt(1, 100_000);
    }
}
