package tempo.span;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TraceChunksTest {
    /** A span with all that it came under. */
    private record Placed(ResourceSpans resource, ScopeSpans scope, Span span) {}

    private static List<Placed> placed(byte[] otlp) throws InvalidProtocolBufferException {
        List<Placed> all = new ArrayList<>();
        for (ResourceSpans resource : TracesData.parseFrom(otlp).getResourceSpansList()) {
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                for (Span span : scope.getSpansList()) {
                    all.add(new Placed(
                            resource.toBuilder().clearScopeSpans().build(),
                            scope.toBuilder().clearSpans().build(),
                            span));
                }
            }
        }
        return all;
    }

    @Property(tries = 300)
    void haveAllSpansInTheirOrderAndUnderWhatTheyCameUnder(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 40) int spans,
            @ForAll @IntRange(min = 1, max = 4_000) int bytesMax)
            throws Exception {
        byte[] trace = new TraceSamples(seed).trace(spans).toByteArray();
        List<byte[]> chunks = TraceChunks.of(trace, bytesMax);
        List<Placed> together = new ArrayList<>();
        for (byte[] chunk : chunks) {
            List<Placed> placed = placed(chunk);
            assertTrue(!placed.isEmpty(), "a chunk without spans");
            // Lengths that go round a chunk may take more bytes than where it was cut from.
            assertTrue(
                    placed.size() == 1 || chunk.length <= bytesMax + 16,
                    () -> chunk.length + " bytes, " + placed.size() + " spans");
            together.addAll(placed);
        }
        assertEquals(placed(trace), together);
    }

    @Test
    void ofASmallTraceIsTheTraceItself() throws Exception {
        byte[] trace = new TraceSamples(1).trace(3).toByteArray();
        assertSame(trace, TraceChunks.of(trace, trace.length).get(0));
        assertEquals(List.of(), TraceChunks.of(new byte[0], 100));
    }

    @Test
    void refuseWhatIsNoTrace() {
        assertThrows(MalformedProtobufException.class, () -> TraceChunks.of(new byte[] {10, 9, 1, 2, 3}, 1));
    }
}
