package tempo.query;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;
import tempo.config.ConfigSources;
import tempo.querier.FoundTrace;
import tempo.querier.SearchAnswer;
import tempo.querier.TraceAnswer;
import tempo.receiver.otlp.OtlpSpans;
import tempo.span.TraceId;
import tempo.tempodb.scan.SpanCriteria;
import tempo.tempodb.scan.SpanNames;

/** By Jaeger's storage protocol of a real node. */
class NodeStorageTest {
    private static final TraceId ID = new TraceId(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
    private static final long START = System.currentTimeMillis() * 1_000_000;
    private static final URI NOBODY = URI.create("http://127.0.0.1:1");

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of("tempo.tenancy.multi-tenancy", "on"));

    private static ActorSystem<?> system;

    @BeforeAll
    static void send() {
        system = ActorSystem.create(
                Behaviors.empty(),
                "tempo-query-test",
                ConfigSources.load(
                        Optional.empty(),
                        Map.of(),
                        Map.of(
                                "akka.actor.provider", "local",
                                "akka.coordinated-shutdown.exit-jvm", "off",
                                "akka.coordinated-shutdown.run-by-jvm-shutdown-hook", "off")));
        Span span = Span.newBuilder()
                .setTraceId(ByteString.fromHex(ID.toHex()))
                .setSpanId(ByteString.fromHex("00000000000000aa"))
                .setName("GET /cart")
                .setKind(SpanKind.SPAN_KIND_SERVER)
                .setStartTimeUnixNano(START)
                .setEndTimeUnixNano(START + 5_000_000)
                .addAttributes(OtlpSpans.attribute("user", "alice"))
                .build();
        assertEquals(
                200,
                NODE.export(
                                OtlpSpans.request(span).toByteArray(),
                                "Content-Type",
                                "application/x-protobuf",
                                "X-Scope-OrgID",
                                "team-a")
                        .statusCode());
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static NodeStorage storage(URI... nodes) throws IOException {
        return new NodeStorage(
                new GrpcClient(system, List.of(nodes), noCredentials(), Duration.ofSeconds(20), 64 << 20));
    }

    private static NodeCredentials noCredentials() throws IOException {
        return new NodeCredentials(NodeCredentials.CredentialFiles.NONE);
    }

    private static URI node() {
        return NODE.receiver("Jaeger storage");
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void aTraceIsThatOfItsTenant() throws Exception {
        TraceAnswer trace = await(storage(node()).trace("team-a", ID));
        assertEquals(List.of(), trace.missing());
        assertEquals(1, trace.spans());
        byte[] same = NODE.get("/api/traces/" + ID, "X-Scope-OrgID", "team-a", "Accept", "application/protobuf")
                .body();
        assertArrayEquals(same, trace.otlp());
        TraceAnswer ofAnother = await(storage(node()).trace("team-b", ID));
        assertEquals(0, ofAnother.spans());
        assertEquals(List.of(), ofAnother.missing());
    }

    @Test
    void aSearchPassesOnAllThatItAsksFor() throws Exception {
        SpanCriteria all = new SpanCriteria(
                "checkout",
                "GET /cart",
                List.of(new SpanCriteria.Attribute("user", "alice"), new SpanCriteria.Attribute("span.kind", "server")),
                START - 1,
                START + 1,
                5_000_000,
                5_000_000);
        List<SpanCriteria> others = List.of(
                new SpanCriteria("other", "", List.of(), 0, Long.MAX_VALUE, 0, Long.MAX_VALUE),
                new SpanCriteria("", "POST", List.of(), 0, Long.MAX_VALUE, 0, Long.MAX_VALUE),
                new SpanCriteria(
                        "",
                        "",
                        List.of(new SpanCriteria.Attribute("user", "bob")),
                        0,
                        Long.MAX_VALUE,
                        0,
                        Long.MAX_VALUE),
                SpanCriteria.ALL.between(START + 1, Long.MAX_VALUE),
                SpanCriteria.ALL.between(0, START - 1),
                new SpanCriteria("", "", List.of(), 0, Long.MAX_VALUE, 5_000_001, Long.MAX_VALUE),
                new SpanCriteria("", "", List.of(), 0, Long.MAX_VALUE, 0, 4_999_999));
        String service =
                await(storage(node()).names("team-a", "", 0)).results().get(0).name();
        SpanCriteria found = new SpanCriteria(
                service,
                all.name(),
                all.attributes(),
                all.startMin(),
                all.startMax(),
                all.durationMin(),
                all.durationMax());
        SearchAnswer<FoundTrace> answer = await(storage(node()).search("team-a", found, 10));
        assertEquals(List.of(), answer.missing());
        assertEquals(List.of(ID), answer.results().stream().map(FoundTrace::id).toList());
        for (SpanCriteria other : others) {
            assertEquals(
                    List.of(),
                    await(storage(node()).search("team-a", other, 10)).results(),
                    other.toString());
        }
    }

    @Test
    void operationsHaveTheirKind() throws Exception {
        String service =
                await(storage(node()).names("team-a", "", 0)).results().get(0).name();
        assertEquals(
                List.of(new SpanNames.Name("GET /cart", 2)),
                await(storage(node()).names("team-a", service, 0)).results());
    }

    @Test
    void aNodeThatCannotBeReachedIsPassedOver() throws Exception {
        NodeStorage storage = storage(NOBODY, node());
        for (int i = 0; i < 3; i++) {
            assertEquals(1, await(storage.trace("team-a", ID)).spans());
        }
    }

    @Test
    void anAnswerThatIsTooLargeIsAFailure() throws Exception {
        NodeStorage storage =
                new NodeStorage(new GrpcClient(system, List.of(node()), noCredentials(), Duration.ofSeconds(20), 10));
        assertEquals(
                List.of("node " + node() + " did not answer: its answer has more than 10 bytes"),
                await(storage.trace("team-a", ID)).missing());
    }

    /** Nobody is told that there is no trace where nobody could be asked. */
    @Test
    void ifNoNodeCanBeReachedTheAnswerSaysSo() throws Exception {
        TraceAnswer trace = await(storage(NOBODY).trace("team-a", ID));
        assertEquals(List.of("node http://127.0.0.1:1 cannot be reached"), trace.missing());
        assertTrue(trace.partial());
        assertTrue(await(storage(NOBODY).names("team-a", "", 0)).partial());
    }
}
