package tempo.tempodb.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import tempo.receiver.otlp.OtlpSpans;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceKey;
import tempo.tempodb.spans.RandomOtlp;
import tempo.tempodb.spans.SpanField;
import tempo.tempodb.spans.ValueTest;

/** What is asked of spans on their way to a block has the answer that a look at each span gives, as what is asked of blocks. */
class OtlpFilterTest {
    private static final String ID = "0102030405060708090a0b0c0d0e0f10";

    @Property(tries = 2_000)
    void answersAsALookAtEachSpanWould(@ForAll long seed) throws MalformedProtobufException {
        Random random = new Random(seed);
        TraceKey key = new TraceKey(random.nextLong(), random.nextLong());
        byte[] otlp = new RandomOtlp(random, false, key).entry(1 + random.nextInt(20));
        for (int i = 0; i < 5; i++) {
            SpanFilter filter = ScanTest.filter(random, 0);
            OtlpFilter ready = new OtlpFilter(filter);
            // Nothing is left over from the last look.
            ready.look(otlp, 0, otlp.length);
            boolean any = ready.look(otlp, 0, otlp.length);
            List<SpanModel> passing = SpanModel.of(key, 0, otlp).stream()
                    .filter(span -> span.passes(filter))
                    .toList();
            assertEquals(passing.size(), ready.spans(), () -> filter.toString());
            assertEquals(!passing.isEmpty(), any);
            long newest = passing.stream()
                    .mapToLong(SpanModel::start)
                    .reduce(0, (a, b) -> Long.compareUnsigned(a, b) > 0 ? a : b);
            assertEquals(newest, ready.newestStart());
        }
    }

    @Example
    void aSpanThatHasNotEndedHasNoDuration() throws MalformedProtobufException {
        OtlpFilter filter = new OtlpFilter(SpanFilter.where(SpanField.DURATION, ValueTest.any()));
        byte[] ended = OtlpSpans.request(OtlpSpans.span(ID, 1)).toByteArray();
        byte[] open = OtlpSpans.request(
                        OtlpSpans.span(ID, 1).toBuilder().clearEndTimeUnixNano().build())
                .toByteArray();
        assertTrue(filter.look(ended, 0, ended.length));
        assertFalse(filter.look(open, 0, open.length));
    }

    @Example
    void whatIsNoTraceIsRefused() {
        byte[] bad = {10, 9, 1, 2, 3};
        OtlpFilter filter = new OtlpFilter(SpanFilter.ALL);
        assertThrows(MalformedProtobufException.class, () -> filter.look(bad, 0, bad.length));
    }
}
