package tempo.span;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TraceKeyTest {
    @Property
    void mixingLosesNothing(@ForAll long high, @ForAll long low) {
        TraceId id = new TraceId(high, low);
        assertEquals(id, TraceKey.of(id).traceId());
    }

    @Test
    void spreadsConsecutiveIdsEvenlyOverRanges() {
        int[] counts = new int[64];
        for (int i = 1; i <= 64_000; i++) {
            counts[TraceKey.of(0, i).range(64)]++;
        }
        for (int count : counts) {
            assertTrue(count > 850 && count < 1150, "a range holds " + count + " of 64,000 keys, expected about 1,000");
        }
    }

    @Property
    void rangesAreIntervalsInKeyOrder(@ForAll long a, @ForAll long b) {
        long lower = Long.compareUnsigned(a, b) <= 0 ? a : b;
        long upper = lower == a ? b : a;
        assertTrue(TraceKey.range(lower, 64) <= TraceKey.range(upper, 64));
        assertTrue(TraceKey.range(upper, 64) < 64);
    }

    @Test
    void readsShortAndOddHexAsPaddedOnTheLeft() {
        assertEquals(new TraceId(0, 0xabc), TraceId.parse("AbC").orElseThrow());
        assertEquals(
                "00000000000000000000000000000abc",
                TraceId.parse("abc").orElseThrow().toHex());
        assertTrue(TraceId.parse("").isEmpty());
        assertTrue(TraceId.parse("0".repeat(33)).isEmpty());
        assertTrue(TraceId.parse("12g4").isEmpty());
        assertTrue(TraceId.parse("١٢").isEmpty());
    }
}
