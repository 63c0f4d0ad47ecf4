package tempo.api.jaeger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import akka.stream.javadsl.Sink;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.typesafe.config.ConfigFactory;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tempo.querier.SearchAnswer;
import tempo.querier.TraceAnswer;
import tempo.receiver.otlp.OtlpSpans;
import tempo.span.TraceId;

class TraceSummariesTest {
    private static final TraceId ID = new TraceId(7, 1);
    private static final List<TraceId> THREE = List.of(new TraceId(0, 1), new TraceId(0, 2), new TraceId(0, 3));

    private static ActorSystem<?> system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create(
                Behaviors.empty(),
                "summaries",
                ConfigFactory.parseString("akka.actor.provider = local").withFallback(ConfigFactory.load()));
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static Span.Builder span(int id, int parent, String name, long start, long end) {
        return Span.newBuilder()
                .setSpanId(id(id))
                .setParentSpanId(parent == 0 ? ByteString.EMPTY : id(parent))
                .setName(name)
                .setStartTimeUnixNano(start)
                .setEndTimeUnixNano(end);
    }

    private static ByteString id(int id) {
        return ByteString.copyFrom(ByteBuffer.allocate(8).putLong(id).flip());
    }

    private static ResourceSpans of(String service, Span.Builder... spans) {
        ScopeSpans.Builder scope = ScopeSpans.newBuilder();
        for (Span.Builder each : spans) {
            scope.addSpans(each);
        }
        return ResourceSpans.newBuilder()
                .setResource(Resource.newBuilder().addAttributes(OtlpSpans.attribute("service.name", service)))
                .addScopeSpans(scope)
                .build();
    }

    private static byte[] trace(ResourceSpans... resources) {
        return TracesData.newBuilder()
                .addAllResourceSpans(List.of(resources))
                .build()
                .toByteArray();
    }

    private static Status.Builder error() {
        return Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR);
    }

    /** All fields of {@code TraceSummary} but the id, then those of its services. */
    private static List<Object> fields(byte[] response) throws Exception {
        UnknownFieldSet summary = only(UnknownFieldSet.parseFrom(response), 1);
        List<Object> fields = new ArrayList<>();
        assertEquals(
                ByteString.copyFrom(ID.toBytes()),
                summary.getField(1).getLengthDelimitedList().get(0));
        fields.add(text(summary, 2) + "/" + text(summary, 3));
        fields.add(summary.getField(4).getFixed64List().get(0));
        fields.add(summary.getField(5).getFixed64List().get(0));
        for (int field = 6; field <= 8; field++) {
            fields.add(number(summary, field));
        }
        for (ByteString service : summary.getField(9).getLengthDelimitedList()) {
            UnknownFieldSet each = UnknownFieldSet.parseFrom(service);
            fields.add(text(each, 1) + " " + number(each, 2) + " " + number(each, 3));
        }
        return fields;
    }

    private static UnknownFieldSet only(UnknownFieldSet set, int field) throws Exception {
        assertEquals(1, set.getField(field).getLengthDelimitedList().size());
        return UnknownFieldSet.parseFrom(
                set.getField(field).getLengthDelimitedList().get(0));
    }

    private static String text(UnknownFieldSet set, int field) {
        return set.getField(field).getLengthDelimitedList().get(0).toStringUtf8();
    }

    private static long number(UnknownFieldSet set, int field) {
        return set.getField(field).getVarintList().get(0);
    }

    @Test
    void spansErrorsOrphansAndServicesAreCounted() throws Exception {
        byte[] otlp = trace(
                of(
                        "stock",
                        span(6, 4, "take", 30, 95).setStatus(error()),
                        span(9, 99, "lost", 5, 6).setStatus(error())),
                of("front", span(8, 0, "later", 20, 21), span(1, 0, "GET /", 10, 90)),
                of("stock", span(4, 1, "reserve", 20, 40)));
        assertEquals(
                List.of("front/GET /", 5L, 95L, 5L, 2L, 1L, "front 2 0", "stock 3 2"),
                fields(TraceSummary.response(ID, otlp)));
    }

    @Test
    void aTraceWithoutItsRootHasNone() throws Exception {
        byte[] otlp = trace(of("stock", span(4, 1, "reserve", 20, 40)), of("empty"));
        assertEquals(List.of("/", 20L, 40L, 1L, 0L, 1L, "stock 1 0"), fields(TraceSummary.response(ID, otlp)));
    }

    @Test
    void aParentOfZerosIsNone() throws Exception {
        byte[] otlp = trace(of("front", span(1, 0, "GET /", 10, 90).setParentSpanId(id(0))));
        assertEquals(
                List.of("front/GET /", 10L, 90L, 1L, 0L, 0L, "front 1 0"), fields(TraceSummary.response(ID, otlp)));
    }

    private static Reply reply(List<String> missing, Function<TraceId, TraceAnswer> traces) throws Exception {
        Materializer materializer = SystemMaterializer.get(system).materializer();
        return new TraceSummaries(new FixedTraces(3, traces, new ArrayList<>()), materializer)
                .reply("t", new SearchAnswer<>(THREE, missing))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private static TraceAnswer answer(byte[] otlp, String... missing) {
        return new TraceAnswer(otlp, otlp.length == 0 ? 0 : 1, otlp.length, List.of(missing), false);
    }

    @Test
    void whatSummariesMayLackGoesBeforeThem() throws Exception {
        byte[] otlp = trace(of("front", span(1, 0, "GET /", 10, 90)));
        Reply reply = reply(
                List.of("node a cannot be asked"),
                id -> id.equals(THREE.get(0))
                        ? answer(otlp)
                        : id.equals(THREE.get(1))
                                ? answer(otlp, "node b cannot be asked")
                                : answer(new byte[] {10, 9}));
        assertEquals(List.of("node a cannot be asked", "2 of the traces may lack spans"), reply.missing());
        List<byte[]> messages = reply.messages()
                .runWith(Sink.seq(), system)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        assertEquals(2, messages.size(), "what cannot be read is left out");
        assertEquals(
                ByteString.copyFrom(THREE.get(0).toBytes()),
                only(UnknownFieldSet.parseFrom(messages.get(0)), 1)
                        .getField(1)
                        .getLengthDelimitedList()
                        .get(0));
    }

    @Test
    void nothingIsNoAnswerWhereSomethingCouldNotBeAsked() throws Exception {
        assertEquals(List.of(), reply(List.of(), id -> answer(new byte[0])).missing());
        ExecutionException failure = assertThrows(
                ExecutionException.class, () -> reply(List.of(), id -> answer(new byte[0], "node b is away")));
        assertEquals(
                "UNAVAILABLE: 3 of the traces may lack spans",
                String.valueOf(Objects.requireNonNull(failure.getCause()).getMessage()));
    }
}
