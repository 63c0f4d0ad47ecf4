package tempo.quickstart;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import tempo.quickstart.Call.Failure;

/**
 * The traffic of a small web shop: what its customers do, and which services take part. Equal seeds give equal traffic.
 * Attributes follow OpenTelemetry's semantic conventions. Not safe for several threads.
 */
final class WebShop {
    /** Every service that can appear. */
    static final List<String> SERVICES =
            List.of("frontend", "cart", "checkout", "payment", "inventory", "shipping", "recommendation");

    private static final List<String> PRODUCTS = List.of("teapot", "kettle", "mug", "strainer", "matcha", "oolong");
    private static final List<String> CURRENCIES = List.of("EUR", "USD", "GBP", "JPY");

    private final Random random;

    WebShop(long seed) {
        random = new Random(seed);
    }

    /** What the next customer does: looks at a product, fills the cart or, one time in five, buys. */
    Call next() {
        int dice = random.nextInt(10);
        if (dice < 5) {
            return viewProduct();
        }
        return dice < 8 ? addToCart() : placeOrder();
    }

    private Call viewProduct() {
        String product = pick(PRODUCTS);
        Call recommend = rpc(
                "frontend",
                "recommendation",
                "shop.RecommendationService/ListRecommendations",
                List.of(
                        redis("recommendation", "GET", "GET recommendation:" + product),
                        postgres(
                                "recommendation", "SELECT", "product", "SELECT id, name FROM product WHERE tag = $1")));
        Call stock = rpc(
                "frontend",
                "inventory",
                "shop.InventoryService/GetStock",
                List.of(postgres("inventory", "SELECT", "stock", "SELECT amount FROM stock WHERE product = $1")));
        return page("GET", "/product/{product}", "/product/" + product, 200, List.of(stock, recommend));
    }

    private Call addToCart() {
        Call add = rpc(
                "frontend",
                "cart",
                "shop.CartService/AddItem",
                List.of(
                        redis("cart", "HGET", "HGET cart:" + userId() + " " + pick(PRODUCTS)),
                        redis("cart", "HSET", "HSET cart:" + userId() + " ? ?")));
        return page("POST", "/cart", "/cart", 200, List.of(add));
    }

    private Call placeOrder() {
        Optional<Failure> declined = random.nextInt(4) == 0 ? Optional.of(declined()) : Optional.empty();
        List<Call> steps = new ArrayList<>();
        steps.add(
                rpc("checkout", "cart", "shop.CartService/GetCart", List.of(redis("cart", "HGETALL", "HGETALL cart"))));
        steps.add(rpc(
                "checkout",
                "inventory",
                "shop.InventoryService/Reserve",
                List.of(
                        postgres(
                                "inventory",
                                "SELECT",
                                "stock",
                                "SELECT amount FROM stock WHERE product = $1 FOR UPDATE"),
                        postgres("inventory", "UPDATE", "stock", "UPDATE stock SET amount = $1 WHERE product = $2"))));
        steps.add(rpc("checkout", "shipping", "shop.ShippingService/GetQuote", List.of()));
        steps.add(charge(declined));
        if (declined.isEmpty()) {
            steps.add(postgres(
                    "checkout", "INSERT", "orders", "INSERT INTO orders (id, user_id, total) VALUES ($1, $2, $3)"));
            steps.add(orderPlaced());
        }
        Call checkout = rpc("frontend", "checkout", "shop.CheckoutService/PlaceOrder", steps);
        return page("POST", "/checkout", "/checkout", declined.isEmpty() ? 201 : 402, List.of(checkout));
    }

    private Call charge(Optional<Failure> declined) {
        Attributes attributes = rpcAttributes("shop.PaymentService/Charge")
                .put("app.payment.currency", pick(CURRENCIES))
                .put("app.payment.amount", (5 + random.nextInt(20_000)) / 100.0)
                .build();
        Call bank = new Call(
                "payment",
                "POST",
                SpanKind.CLIENT,
                Attributes.builder()
                        .put("http.request.method", "POST")
                        .put("url.full", "https://bank.example/v2/charges")
                        .put("server.address", "bank.example")
                        .put("http.response.status_code", declined.isPresent() ? 402 : 200)
                        .build(),
                micros(40_000),
                Optional.empty(),
                List.of());
        Call server = new Call(
                "payment",
                "shop.PaymentService/Charge",
                SpanKind.SERVER,
                attributes,
                micros(2_000),
                declined,
                List.of(bank));
        return new Call(
                "checkout",
                "shop.PaymentService/Charge",
                SpanKind.CLIENT,
                rpcAttributes("shop.PaymentService/Charge").build(),
                micros(800),
                declined,
                List.of(server));
    }

    private static Failure declined() {
        return new Failure(
                "shop.payment.CardDeclinedException",
                "card was declined: insufficient funds",
                "shop.payment.CardDeclinedException: card was declined: insufficient funds\n"
                        + "\tat shop.payment.Bank.charge(Bank.java:88)\n"
                        + "\tat shop.payment.PaymentService.charge(PaymentService.java:41)");
    }

    private Call orderPlaced() {
        Attributes topic = Attributes.builder()
                .put("messaging.system", "kafka")
                .put("messaging.destination.name", "orders")
                .put("messaging.destination.partition.id", String.valueOf(random.nextInt(12)))
                .build();
        Call ship = new Call(
                "shipping",
                "process orders",
                SpanKind.CONSUMER,
                topic.toBuilder().put("messaging.operation.type", "process").build(),
                micros(6_000),
                Optional.empty(),
                List.of(postgres(
                        "shipping", "INSERT", "parcel", "INSERT INTO parcel (order_id, address) VALUES ($1, $2)")));
        return new Call(
                "checkout",
                "send orders",
                SpanKind.PRODUCER,
                topic.toBuilder().put("messaging.operation.type", "send").build(),
                micros(1_500),
                Optional.empty(),
                List.of(ship));
    }

    private Call page(String method, String route, String path, int status, List<Call> calls) {
        Attributes attributes = Attributes.builder()
                .put("http.request.method", method)
                .put("http.route", route)
                .put("url.path", path)
                .put("url.scheme", "https")
                .put("http.response.status_code", status)
                .put("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
                .put("client.address", "203.0.113." + random.nextInt(256))
                .put("enduser.id", userId())
                .build();
        return new Call(
                "frontend", method + " " + route, SpanKind.SERVER, attributes, micros(5_000), Optional.empty(), calls);
    }

    /** One remote call as both sides see it. */
    private Call rpc(String from, String to, String method, List<Call> calls) {
        Attributes server = rpcAttributes(method).build();
        Attributes client = server.toBuilder().put("server.address", to).build();
        Call served = new Call(to, method, SpanKind.SERVER, server, micros(3_000), Optional.empty(), calls);
        return new Call(from, method, SpanKind.CLIENT, client, micros(700), Optional.empty(), List.of(served));
    }

    private static AttributesBuilder rpcAttributes(String method) {
        int slash = method.indexOf('/');
        return Attributes.builder()
                .put("rpc.system", "grpc")
                .put("rpc.service", method.substring(0, slash))
                .put("rpc.method", method.substring(slash + 1))
                .put(AttributeKey.longKey("rpc.grpc.status_code"), 0L);
    }

    private Call redis(String service, String operation, String query) {
        Attributes attributes = Attributes.builder()
                .put("db.system.name", "redis")
                .put("db.operation.name", operation)
                .put("db.query.text", query)
                .put("server.address", "redis")
                .put("server.port", 6379)
                .build();
        return new Call(service, operation, SpanKind.CLIENT, attributes, micros(400), Optional.empty(), List.of());
    }

    private Call postgres(String service, String operation, String table, String query) {
        Attributes attributes = Attributes.builder()
                .put("db.system.name", "postgresql")
                .put("db.namespace", "shop")
                .put("db.collection.name", table)
                .put("db.operation.name", operation)
                .put("db.query.text", query)
                .put("server.address", "postgres")
                .put("server.port", 5432)
                .build();
        return new Call(
                service,
                operation + " " + table,
                SpanKind.CLIENT,
                attributes,
                micros(2_500),
                Optional.empty(),
                List.of());
    }

    private String userId() {
        return "user-" + random.nextInt(1_000);
    }

    private String pick(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Around {@code typical}, seldom several times as long: latencies have a long tail. */
    private long micros(long typical) {
        return Math.max(20, (long) (typical * Math.exp(random.nextGaussian() * 0.5)));
    }
}
