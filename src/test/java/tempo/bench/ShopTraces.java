package tempo.bench;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import tempo.span.WireWriter;

/**
 * Makes traces of a shop like those of the load generator's standard profile ({@code tools/bench/loadgen}): 12 services of 8
 * pods, about 60 operations, 25 spans a trace of about 390 bytes, ids and numbers in texts, times in nanoseconds. The same ones
 * for a seed. Not thread-safe.
 */
final class ShopTraces {
    private static final String[] SERVICES = {
        "frontend", "api-gateway", "checkout", "cart", "catalog", "pricing",
        "payment", "inventory", "shipping", "recommendation", "user", "notification"
    };
    private static final String[] LANGUAGES = {"nodejs", "go", "java", "dotnet", "python"};
    private static final String[] ROUTES = {
        "/products/{id}", "/cart/{id}", "/orders/{id}", "/search", "/users/{id}/addresses"
    };
    private static final String[] METHODS = {"GetCart", "AddItem", "ListProducts", "GetPrice", "Authorize", "Reserve"};
    private static final String[] INTERNAL = {"OrderValidator.validate", "rankResults", "applyPromotions"};
    private static final String[] QUERIES = {
        "SELECT id, status FROM orders WHERE user_id = %d ORDER BY created_at DESC LIMIT 20",
        "SELECT sku_id, on_hand, reserved FROM stock WHERE sku_id = %d FOR UPDATE",
        "INSERT INTO payments (id, order_id, amount_cents, state) VALUES (%d, $1, $2, 'authorized')",
        "UPDATE preferences SET value = $1 WHERE user_id = %d AND key = $2",
        "SELECT rate FROM tax_rates WHERE region_id = %d"
    };
    private static final String[] CACHE_COMMANDS = {"GET session:%d", "HGETALL cart:%d", "MGET price:%d price:? price:?"
    };
    private static final String[] SCOPES = {
        "io.opentelemetry.instrumentation.http", "io.opentelemetry.instrumentation.db", "shop.app"
    };
    private static final String FRAME = "\tat com.shop.order.OrderService.place(OrderService.java:%d)\n";
    private static final int PODS = 8;
    private static final int SPANS_MAX = 400;
    private static final int ATTRIBUTES = 9;

    private final Random random;
    private final List<Span> spans = new ArrayList<>();
    private final WireWriter out = new WireWriter(64 << 10);
    private long idHigh;
    private long idLow;
    private long time = 1_800_000_000_000_000_000L;

    ShopTraces(long seed) {
        random = new Random(seed);
    }

    private enum Kind {
        SERVER,
        CLIENT,
        RPC_SERVER,
        RPC_CLIENT,
        DATABASE,
        CACHE,
        INTERNAL
    }

    private record Span(Kind kind, int parent, int service, int pod, int operation, long id, long start, long nanos) {
        int scope() {
            return kind == Kind.DATABASE || kind == Kind.CACHE ? 1 : kind == Kind.INTERNAL ? 2 : 0;
        }
    }

    /** How many spans the last trace has. */
    int spans() {
        return spans.size();
    }

    /** A trace as a {@code TracesData}, with at most {@code spansMax} spans. */
    byte[] next(int spansMax) {
        int count = (int) Math.round(12.6 * Math.exp(1.2 * random.nextGaussian()));
        count = Math.max(1, Math.min(count, Math.min(SPANS_MAX, spansMax)));
        time += random.nextInt(5_000_000);
        idHigh = random.nextLong();
        idLow = random.nextLong();
        spans.clear();
        spans.add(new Span(
                Kind.SERVER, -1, 0, random.nextInt(PODS), random.nextInt(5), random.nextLong(), time, nanos(25e6)));
        while (spans.size() < count) {
            spans.add(below(Math.max(0, spans.size() - 1 - random.nextInt(8))));
        }
        return write();
    }

    /** The more significant half of the last trace's id. */
    long traceIdHigh() {
        return idHigh;
    }

    /** The less significant half. */
    long traceIdLow() {
        return idLow;
    }

    private long nanos(double median) {
        return (long) Math.min(5e9, Math.max(50e3, median * Math.exp(1.2 * random.nextGaussian())));
    }

    private Span below(int parent) {
        Span caller = spans.get(parent);
        boolean remote = caller.kind == Kind.CLIENT || caller.kind == Kind.RPC_CLIENT;
        Kind kind;
        int service = caller.service;
        int pod = caller.pod;
        if (remote) {
            kind = caller.kind == Kind.CLIENT ? Kind.SERVER : Kind.RPC_SERVER;
            service = (caller.service + 1 + caller.operation % 3) % SERVICES.length;
            pod = random.nextInt(PODS);
        } else {
            kind = Kind.values()[1 + random.nextInt(Kind.values().length - 1)];
            kind = kind == Kind.RPC_SERVER ? Kind.RPC_CLIENT : kind;
        }
        int operation = remote ? caller.operation : random.nextInt(60);
        long start = caller.start + (long) (random.nextDouble() * 0.85 * caller.nanos);
        long left = caller.start + caller.nanos - start;
        long nanos = Math.max(50_000, (long) (left * random.nextDouble()));
        return new Span(kind, parent, service, pod, operation, random.nextLong(), start, nanos);
    }

    /** As a node has it: a ResourceSpans for each pod and scope, as their batches come in. */
    private byte[] write() {
        List<Span> ordered = new ArrayList<>(spans);
        ordered.sort((a, b) -> Integer.compare(place(a), place(b)));
        out.clear();
        for (int i = 0; i < ordered.size(); ) {
            int resourceSpans = out.begin(1);
            resource(ordered.get(i));
            int scopeSpans = out.begin(2);
            int scope = out.begin(1);
            out.string(1, SCOPES[ordered.get(i).scope()]);
            out.string(2, "2.5.0");
            out.end(scope);
            int place = place(ordered.get(i));
            for (; i < ordered.size() && place(ordered.get(i)) == place; i++) {
                int span = out.begin(2);
                span(ordered.get(i));
                out.end(span);
            }
            out.end(scopeSpans);
            out.end(resourceSpans);
        }
        return out.toByteArray();
    }

    private static int place(Span span) {
        return (span.service * PODS + span.pod) * SCOPES.length + span.scope();
    }

    private void resource(Span span) {
        String service = SERVICES[span.service];
        String pod = service + "-" + Integer.toHexString(0x5f12345 * (span.service + 7)) + "-" + span.pod;
        int resource = out.begin(1);
        text(1, "service.name", service);
        text(1, "service.namespace", "shop");
        text(1, "service.version", "1." + span.service + "." + span.pod % 2);
        text(1, "k8s.namespace.name", "shop-prod");
        text(1, "k8s.pod.name", pod);
        text(1, "k8s.node.name", "gke-shop-prod-pool-" + span.pod % 3);
        text(1, "k8s.container.name", service);
        text(1, "host.name", pod);
        text(1, "deployment.environment", "production");
        text(1, "telemetry.sdk.name", "opentelemetry");
        text(1, "telemetry.sdk.language", LANGUAGES[span.service % LANGUAGES.length]);
        text(1, "telemetry.sdk.version", "1.38.0");
        out.end(resource);
    }

    private void span(Span span) {
        boolean failed = random.nextInt(40) == 0;
        out.bytes(1, ByteBuffer.allocate(16).putLong(idHigh).putLong(idLow).array(), 0, 16);
        id(2, span.id);
        if (span.parent >= 0) {
            id(4, spans.get(span.parent).id);
        }
        out.string(5, name(span));
        out.varint(
                6, span.kind == Kind.SERVER || span.kind == Kind.RPC_SERVER ? 2 : span.kind == Kind.INTERNAL ? 1 : 3);
        out.fixed64(7, span.start);
        out.fixed64(8, span.start + span.nanos);
        switch (span.kind) {
            case SERVER, CLIENT -> http(span, failed);
            case RPC_SERVER, RPC_CLIENT -> rpc(span, failed);
            case DATABASE, CACHE -> database(span);
            case INTERNAL -> internal(span);
        }
        if (failed) {
            exception(span);
        }
        out.fixed32(16, 0x101);
    }

    private String name(Span span) {
        return switch (span.kind) {
            case SERVER -> "GET " + ROUTES[span.operation % ROUTES.length];
            case CLIENT -> "GET";
            case RPC_SERVER, RPC_CLIENT -> rpcService(span) + "/" + METHODS[span.operation % METHODS.length];
            case DATABASE -> query(span).substring(0, 6) + " shop." + span.service;
            case CACHE -> CACHE_COMMANDS[span.operation % CACHE_COMMANDS.length].split(" ", 2)[0];
            case INTERNAL -> INTERNAL[span.operation % INTERNAL.length];
        };
    }

    private static String rpcService(Span span) {
        return "shop." + SERVICES[(span.service + span.operation % 2) % SERVICES.length] + "Service";
    }

    private static String query(Span span) {
        return QUERIES[(span.operation + span.service) % QUERIES.length];
    }

    private void http(Span span, boolean failed) {
        String route = ROUTES[span.operation % ROUTES.length];
        String path = route.replace("{id}", Integer.toString(random.nextInt(2_000_000)));
        text(ATTRIBUTES, "http.request.method", "GET");
        if (span.kind == Kind.SERVER) {
            text(ATTRIBUTES, "http.route", route);
            text(ATTRIBUTES, "url.path", path);
            text(ATTRIBUTES, "url.scheme", "http");
            text(ATTRIBUTES, "user.id", String.format(Locale.ROOT, "u-%07d", (int) (idHigh >>> 40) % 1_000_000));
        } else {
            text(ATTRIBUTES, "url.full", "http://" + SERVICES[span.service] + ".shop.svc.cluster.local:8080" + path);
            text(ATTRIBUTES, "network.peer.address", "10.4." + span.service + "." + span.pod);
        }
        number("http.response.status_code", failed ? 500 + random.nextInt(5) : random.nextInt(25) == 0 ? 404 : 200);
        text(ATTRIBUTES, "server.address", SERVICES[span.service] + ".shop.svc.cluster.local");
        number("server.port", 8080);
        text(ATTRIBUTES, "network.protocol.version", "1.1");
    }

    private void rpc(Span span, boolean failed) {
        text(ATTRIBUTES, "rpc.system", "grpc");
        text(ATTRIBUTES, "rpc.service", rpcService(span));
        text(ATTRIBUTES, "rpc.method", METHODS[span.operation % METHODS.length]);
        number("rpc.grpc.status_code", failed ? 13 : 0);
        text(ATTRIBUTES, "server.address", SERVICES[span.service] + ".shop.svc.cluster.local");
        number("server.port", 9090);
        text(ATTRIBUTES, "network.peer.address", "10.4." + span.service + "." + span.pod);
        if (span.kind == Kind.RPC_SERVER) {
            text(ATTRIBUTES, "thread.name", "grpc-default-executor-" + random.nextInt(32));
            number("thread.id", 20 + random.nextInt(60));
        }
    }

    private void database(Span span) {
        boolean cache = span.kind == Kind.CACHE;
        String query = cache ? CACHE_COMMANDS[span.operation % CACHE_COMMANDS.length] : query(span);
        text(ATTRIBUTES, "db.system", cache ? "redis" : "postgresql");
        text(ATTRIBUTES, "db.query.text", query.replace("%d", Integer.toString(random.nextInt(5_000_000))));
        text(ATTRIBUTES, "db.operation.name", query.split(" ", 2)[0]);
        if (cache) {
            number("db.redis.database_index", random.nextInt(3));
            text(ATTRIBUTES, "server.address", "redis-" + random.nextInt(3) + ".cache.svc.cluster.local");
            number("server.port", 6379);
        } else {
            text(ATTRIBUTES, "db.namespace", "shop");
            text(ATTRIBUTES, "server.address", "postgresql-" + SERVICES[span.service] + ".db.svc.cluster.local");
            number("server.port", 5432);
            number("db.response.returned_rows", random.nextInt(50));
        }
        text(ATTRIBUTES, "network.peer.address", "10.9." + span.service + "." + random.nextInt(3));
    }

    private void internal(Span span) {
        text(ATTRIBUTES, "code.function.name", INTERNAL[span.operation % INTERNAL.length]);
        text(ATTRIBUTES, "code.file.path", "src/" + SERVICES[span.service] + "/handlers.go");
        number("code.line.number", 10 + random.nextInt(900));
        number("app.items", random.nextInt(40));
        int attribute = out.begin(ATTRIBUTES);
        out.string(1, "app.amount");
        int value = out.begin(2);
        out.fixed64(4, Double.doubleToRawLongBits(random.nextInt(50_000) / 100.0));
        out.end(value);
        out.end(attribute);
        if (random.nextInt(3) == 0) {
            text(ATTRIBUTES, "app.order.id", "ord-" + (10_000_000 + random.nextInt(9_000_000)));
        }
    }

    private void exception(Span span) {
        text(ATTRIBUTES, "error.type", "java.net.SocketTimeoutException");
        StringBuilder stack = new StringBuilder("java.net.SocketTimeoutException: Read timed out\n");
        while (stack.length() < 1000) {
            stack.append(String.format(Locale.ROOT, FRAME, 20 + random.nextInt(900)));
        }
        int event = out.begin(11);
        out.fixed64(1, span.start + span.nanos * 9 / 10);
        out.string(2, "exception");
        text(3, "exception.type", "java.net.SocketTimeoutException");
        text(3, "exception.stacktrace", stack.toString());
        out.end(event);
        int status = out.begin(15);
        out.string(2, "Read timed out");
        out.varint(3, 2);
        out.end(status);
    }

    private void id(int field, long id) {
        out.bytes(field, ByteBuffer.allocate(Long.BYTES).putLong(id).array(), 0, Long.BYTES);
    }

    private void text(int field, String key, String text) {
        int attribute = out.begin(field);
        out.string(1, key);
        int value = out.begin(2);
        out.string(1, text);
        out.end(value);
        out.end(attribute);
    }

    private void number(String key, long number) {
        int attribute = out.begin(ATTRIBUTES);
        out.string(1, key);
        int value = out.begin(2);
        out.varint(3, number);
        out.end(value);
        out.end(attribute);
    }
}
