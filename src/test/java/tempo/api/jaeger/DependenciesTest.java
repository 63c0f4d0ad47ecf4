package tempo.api.jaeger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.http.javadsl.model.Query;
import akka.japi.Pair;
import akka.stream.SystemMaterializer;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tempo.querier.SearchAnswer;
import tempo.querier.TraceAnswer;
import tempo.span.WireWriter;
import tempo.tempodb.scan.SpanCriteria;

class DependenciesTest {
    private static ActorSystem<?> system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create(
                Behaviors.empty(),
                "dependencies",
                ConfigFactory.parseString("akka.actor.provider = local").withFallback(ConfigFactory.load()));
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private final List<SpanCriteria> asked = new ArrayList<>();

    /** front (1) calls cart (2, 3), which calls itself (4), and a data base that nobody knows; 5 has a parent that is not there. */
    private static byte[] trace() {
        WireWriter out = new WireWriter(200);
        spans(out, "front", new int[][] {{1, 0}});
        spans(out, "cart", new int[][] {{2, 1}, {3, 1}, {4, 2}, {5, 99}});
        spans(out, "stock", new int[][] {{6, 4}});
        return out.toByteArray();
    }

    private static void spans(WireWriter out, String service, int[][] idsAndParents) {
        int resourceSpans = out.begin(1);
        int resource = out.begin(1);
        int attribute = out.begin(1);
        out.string(1, "service.name");
        int value = out.begin(2);
        out.string(1, service);
        out.end(value);
        out.end(attribute);
        out.end(resource);
        int scope = out.begin(2);
        for (int[] each : idsAndParents) {
            int span = out.begin(2);
            out.bytes(2, new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) each[0]}, 0, 8);
            if (each[1] != 0) {
                out.bytes(4, new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) each[1]}, 0, 8);
            }
            out.end(span);
        }
        out.end(scope);
        out.end(resourceSpans);
    }

    private Dependencies dependencies(int count, List<String> missing) {
        byte[] otlp = trace();
        return new Dependencies(
                new FixedTraces(count, id -> new TraceAnswer(otlp, 1, otlp.length, missing, false), asked),
                SystemMaterializer.get(system).materializer());
    }

    private static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    @Test
    void callsFromOneServiceToAnotherAreCounted() throws Exception {
        SearchAnswer<Dependencies.Link> links = await(dependencies(3, List.of()).between("t", 5, 9));
        assertEquals(
                List.of(new Dependencies.Link("cart", "stock", 3), new Dependencies.Link("front", "cart", 6)),
                links.results());
        assertEquals(List.of(), links.missing());
        assertEquals(List.of(SpanCriteria.ALL.between(5, 9)), asked);
    }

    @Test
    void thatMoreTracesMayBeThereIsSaid() throws Exception {
        SearchAnswer<Dependencies.Link> links =
                await(dependencies(100_000, List.of("a node")).between("t", 0, 9));
        assertEquals(500, links.results().get(0).calls());
        assertEquals(
                List.of(
                        "calls were counted in the newest 500 traces of this time only",
                        "500 of the traces that calls were counted in may lack spans"),
                links.missing());
    }

    @Test
    void theTimeOfAnHttpRequestIsInMilliseconds() throws Exception {
        await(dependencies(0, List.of())
                .between("t", Query.create(Pair.create("endTs", "2000"), Pair.create("lookback", "500"))));
        assertEquals(List.of(SpanCriteria.ALL.between(1_500_000_000L, 2_000_000_000L)), asked);
        for (Query wrong : List.of(
                Query.create(),
                Query.create(Pair.create("endTs", "soon")),
                Query.create(Pair.create("endTs", "1"), Pair.create("lookback", "-1")))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> dependencies(0, List.of()).between("t", wrong),
                    wrong.toString());
        }
    }
}
