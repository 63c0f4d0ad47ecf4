package tempo.span;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SpanTimesTest {
    private static byte[] traces(long... starts) {
        WireWriter out = new WireWriter(64);
        for (int i = 0; i < starts.length; i++) {
            int resource = out.begin(1);
            int scope = out.begin(2);
            int span = out.begin(2);
            out.string(5, "a span");
            if (starts[i] != 0) {
                out.fixed64(7, starts[i]);
            }
            out.end(span);
            out.string(3, "schema");
            out.end(scope);
            out.end(resource);
        }
        return out.toByteArray();
    }

    private static SpanTimes of(byte[] bytes) throws MalformedProtobufException {
        return SpanTimes.of(bytes, 0, bytes.length);
    }

    @Test
    void timesAreUnsignedAndThoseOfSpansThatHaveOne() throws MalformedProtobufException {
        assertEquals(new SpanTimes(4, 5, -3), of(traces(7, 5, 0, -3)));
        assertEquals(new SpanTimes(2, 0, 0), of(traces(0, 0)));
        assertEquals(new SpanTimes(0, 0, 0), of(new byte[0]));
    }

    @Test
    void readsOnlyItsRange() throws MalformedProtobufException {
        byte[] bytes = traces(7, 9);
        byte[] around = new byte[bytes.length + 8];
        Arrays.fill(around, (byte) 0xff);
        System.arraycopy(bytes, 0, around, 3, bytes.length);
        assertEquals(new SpanTimes(2, 7, 9), SpanTimes.of(around, 3, bytes.length));
    }

    @Test
    void whatIsCutOffIsNoTraces() {
        byte[] bytes = traces(7);
        for (int length = 1; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(MalformedProtobufException.class, () -> of(cut));
        }
    }

    @Test
    void aBrokenSpanCostsOnlyItsOwnStart() throws MalformedProtobufException {
        WireWriter out = new WireWriter(64);
        int resource = out.begin(1);
        int scope = out.begin(2);
        byte[] broken = {57, 1, 2};
        out.bytes(2, broken, 0, broken.length);
        out.end(scope);
        out.end(resource);
        byte[] good = traces(7);
        out.raw(good, 0, good.length);
        assertEquals(new SpanTimes(2, 7, 7), of(out.toByteArray()));
    }
}
