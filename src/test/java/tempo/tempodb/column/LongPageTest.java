package tempo.tempodb.column;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Integers come back as they were, in the smallest encoding, and damaged pages give an error and nothing else. */
final class LongPageTest {
    private static long[] decode(byte[] page, int count, int batch) throws CorruptPageException {
        LongCursor cursor = LongCursor.open(ByteBuffer.wrap(page), count);
        long[] all = new long[count];
        long[] values = new long[batch];
        int read = 0;
        for (int n = cursor.read(values); n > 0; n = cursor.read(values)) {
            System.arraycopy(values, 0, all, read, n);
            read += n;
        }
        assertEquals(count, read);
        assertEquals(0, cursor.remaining());
        return all;
    }

    private static byte[] assertComesBack(int encoding, long... values) throws CorruptPageException {
        byte[] page = LongPage.encode(values, values.length);
        assertArrayEquals(values, decode(page, values.length, LongCursor.BATCH));
        assertEquals(encoding, page[0]);
        return page;
    }

    @Property
    void anyIntegersComeBackInBatchesOfAnySize(
            @ForAll("columns") long[] values, @ForAll @IntRange(min = 1, max = 70) int batch)
            throws CorruptPageException {
        assertArrayEquals(values, decode(LongPage.encode(values, values.length), values.length, batch));
    }

    /** Extremes, one order of magnitude, many orders of magnitude, multiples, and sorted ones. */
    @Provide
    Arbitrary<long[]> columns() {
        Arbitrary<Long> any = Arbitraries.longs();
        Arbitrary<Long> near = Arbitraries.longs().between(1_700_000_000_000L, 1_700_000_001_000L);
        Arbitrary<Long> magnitudes = Arbitraries.longs()
                .flatMap(value -> Arbitraries.integers().between(0, 63).map(shift -> value >>> shift));
        Arbitrary<Long> multiples = Arbitraries.longs().between(-1000, 1000).map(value -> value * 1_000_000);
        return Arbitraries.oneOf(any, near, magnitudes, multiples)
                .array(long[].class)
                .ofMinSize(1)
                .ofMaxSize(300)
                .flatMap(values -> Arbitraries.of(true, false).map(sort -> {
                    long[] column = values.clone();
                    if (sort) {
                        Arrays.sort(column);
                    }
                    return column;
                }));
    }

    @Test
    void extremesHaveTheirPlace() throws CorruptPageException {
        assertComesBack(LongPage.CONSTANT, Long.MIN_VALUE);
        assertComesBack(LongPage.DELTA, Long.MIN_VALUE, Long.MAX_VALUE);
        long[] alternating = new long[100];
        for (int i = 0; i < alternating.length; i++) {
            alternating[i] = i % 3 == 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        assertEquals(31, assertComesBack(LongPage.FRAME, alternating).length);
    }

    @Test
    void theSameValueTakesNineBytes() throws CorruptPageException {
        long[] values = new long[16_384];
        Arrays.fill(values, 7);
        assertEquals(9, assertComesBack(LongPage.CONSTANT, values).length);
    }

    @Test
    void aCommonDivisorIsDividedOut() throws CorruptPageException {
        Random random = new Random(1);
        long[] values =
                random.longs(1_000, 0, 16).map(value -> 5 + value * 1_000_000).toArray();
        assertEquals(18 + 500, assertComesBack(LongPage.FRAME, values).length);
    }

    @Test
    void smallStepsAreStoredAsSuch() throws CorruptPageException {
        Random random = new Random(1);
        long[] values = new long[1_000];
        for (int i = 1; i < values.length; i++) {
            values[i] = values[i - 1] + 1 + random.nextInt(60);
        }
        assertEquals(9 + 999, assertComesBack(LongPage.DELTA, values).length);
    }

    @Test
    void valuesOfManyMagnitudesTakeTheirOwnLength() throws CorruptPageException {
        Random random = new Random(1);
        long[] values =
                random.longs(1_000).map(value -> value >>> (24 + (value & 31))).toArray();
        byte[] page = assertComesBack(LongPage.CLASS, values);
        assertTrue(page.length < 1_000 * 4, page.length + " bytes");
    }

    @Test
    void whatIsNoPageIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> LongPage.encode(new long[0], 0));
        for (byte[] bytes : new byte[][] {{}, {9}, {LongPage.CONSTANT, 1}, {LongPage.FRAME}, {LongPage.CLASS, 0}}) {
            assertThrows(CorruptPageException.class, () -> decode(bytes, 1, 1));
        }
        assertThrows(CorruptPageException.class, () -> LongCursor.open(ByteBuffer.wrap(new byte[9]), 0));
    }

    @Property
    void aCutPageIsRefused(@ForAll("columns") long[] values, @ForAll @IntRange(min = 1, max = 2000) int cut) {
        byte[] page = LongPage.encode(values, values.length);
        byte[] rest = Arrays.copyOf(page, Math.max(0, page.length - cut));
        assertThrows(CorruptPageException.class, () -> decode(rest, values.length, LongCursor.BATCH));
        assertThrows(
                CorruptPageException.class,
                () -> decode(Arrays.copyOf(page, page.length + cut), values.length, LongCursor.BATCH));
    }

    /** That the values are right is what the page's checksum is for; here it is only that nothing else can happen. */
    @Property
    void aFlippedBitGivesValuesOrAnError(@ForAll("columns") long[] values, @ForAll @IntRange(min = 0) int bit) {
        byte[] page = LongPage.encode(values, values.length);
        int flipped = bit % (page.length * 8);
        page[flipped / 8] ^= (byte) (1 << flipped % 8);
        try {
            decode(page, values.length, LongCursor.BATCH);
        } catch (CorruptPageException refused) {
            assertTrue(String.valueOf(refused.getMessage()).contains(" "), refused.getMessage());
        }
    }
}
