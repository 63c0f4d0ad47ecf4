package tempo.tempodb.column;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LongPageTest {
    private static byte[] encode(long[] values) {
        GrowingBytes out = new GrowingBytes(16);
        LongPage.encode(values, values.length, out);
        return Arrays.copyOf(out.array(), out.length());
    }

    private static long[] decode(byte[] page, int count, int batch) throws CorruptPageException {
        LongCursor cursor = LongCursor.open(page, 0, page.length, count);
        long[] values = new long[count];
        int at = 0;
        while (cursor.remaining() > 0) {
            at += cursor.read(values, at, batch);
        }
        return values;
    }

    @Provide
    Arbitrary<long[]> columns() {
        Arbitrary<Random> random = Arbitraries.longs().map(Random::new);
        Arbitrary<Integer> size = Arbitraries.integers().between(1, 3000);
        return Arbitraries.oneOf(
                Arbitraries.longs().array(long[].class).ofMinSize(1).ofMaxSize(60),
                column(random, size, Random::nextLong),
                column(random, size, r -> r.nextInt(7)),
                column(random, size, r -> r.nextLong() >>> r.nextInt(Long.SIZE)),
                column(random, size, r -> r.nextLong() >> r.nextInt(Long.SIZE)),
                column(random, size, r -> r.nextInt(3) == 0 ? 0 : 1L << r.nextInt(60)),
                column(random, size, r -> 1_700_000_000_000_000_000L + 1000L * r.nextInt(1 << 20)),
                column(random, size, r -> (long) Math.exp(12 + 2 * r.nextGaussian())),
                column(
                        random,
                        size,
                        r -> (long) Math.exp(12 + 2 * r.nextGaussian()) - (r.nextInt(50) == 0 ? 1 << 20 : 0)),
                column(random, size, r -> r.nextInt(3) == 0 ? Long.MIN_VALUE : Long.MAX_VALUE - r.nextInt(3)),
                column(random, size, r -> r.nextInt(4) * 0x0123_4567_89ab_cdefL));
    }

    private interface Value {
        long next(Random random);
    }

    private static Arbitrary<long[]> column(Arbitrary<Random> randoms, Arbitrary<Integer> sizes, Value value) {
        return randoms.flatMap(random -> sizes.map(size -> {
            long[] values = new long[size];
            for (int i = 0; i < size; i++) {
                values[i] = value.next(random);
            }
            return values;
        }));
    }

    @Property
    void valuesComeBack(@ForAll("columns") long[] values, @ForAll @IntRange(min = 1, max = 1500) int batch)
            throws CorruptPageException {
        assertArrayEquals(values, decode(encode(values), values.length, batch));
    }

    @Property
    void whatIsPassedOverDoesNotChangeWhatIsRead(
            @ForAll("columns") long[] values, @ForAll @IntRange(min = 0, max = 70) int skip)
            throws CorruptPageException {
        byte[] page = encode(values);
        LongCursor cursor = LongCursor.open(page, 0, page.length, values.length);
        long[] one = new long[1];
        for (int at = 0; at < values.length; at++) {
            int passed = Math.min(skip, cursor.remaining() - 1);
            cursor.skip(passed);
            at += passed;
            assertEquals(1, cursor.read(one, 0, 1));
            assertEquals(values[at], one[0]);
        }
        assertEquals(0, cursor.remaining());
    }

    @Property(tries = 200)
    void rawValuesComeBack(@ForAll("columns") long[] values) throws CorruptPageException {
        GrowingBytes out = new GrowingBytes(16);
        LongPage.encodeRaw(values, values.length, out);
        assertEquals(1 + 8 * values.length, out.length());
        assertArrayEquals(values, decode(Arrays.copyOf(out.array(), out.length()), values.length, 100));
    }

    @Property
    void doublesComeBackBitByBit(@ForAll("doubles") double[] values) throws CorruptPageException {
        long[] bits =
                Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
        GrowingBytes out = new GrowingBytes(16);
        LongPage.encodeDoubles(bits, bits.length, out);
        assertArrayEquals(bits, decode(Arrays.copyOf(out.array(), out.length()), bits.length, 7));
    }

    @Provide
    Arbitrary<double[]> doubles() {
        Arbitrary<Double> special = Arbitraries.of(0.0, -0.0, Double.NaN, Double.NEGATIVE_INFINITY, 0.1, 1e300, 5e-324);
        Arbitrary<Double> decimal = Arbitraries.integers().map(i -> i / 100.0);
        return Arbitraries.oneOf(
                decimal.array(double[].class).ofMinSize(1).ofMaxSize(100),
                Arbitraries.oneOf(special, decimal, Arbitraries.doubles())
                        .array(double[].class)
                        .ofMinSize(1));
    }

    @Test
    void shortDecimalsAreSmall() {
        long[] bits = new long[4096];
        Random random = new Random(1);
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Double.doubleToRawLongBits(random.nextInt(50_000) / 100.0);
        }
        GrowingBytes out = new GrowingBytes(16);
        LongPage.encodeDoubles(bits, bits.length, out);
        assertTrue(out.length() < 4096 * 17 / 8, out.length() + " bytes");
    }

    @Property(tries = 200)
    void aPageThatIsCutOffIsRefused(@ForAll("columns") long[] values, @ForAll @IntRange(min = 1) int cut) {
        byte[] page = encode(values);
        byte[] shorter = Arrays.copyOf(page, page.length - 1 - cut % page.length);
        CorruptPageException refused =
                assertThrows(CorruptPageException.class, () -> decode(shorter, values.length, LongCursor.BATCH));
        assertNotNull(refused.getMessage());
    }

    @Property
    void aFlippedBitGivesValuesOrAnError(@ForAll("columns") long[] values, @ForAll @IntRange(min = 0) int bit) {
        byte[] page = encode(values);
        int flipped = bit % (page.length * 8);
        page[flipped / 8] ^= (byte) (1 << flipped % 8);
        try {
            decode(page, values.length, LongCursor.BATCH);
        } catch (CorruptPageException refused) {
            assertTrue(String.valueOf(refused.getMessage()).contains(" "), refused.getMessage());
        }
    }

    @Property
    void anyBytesGiveValuesOrAnError(@ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 1 << 20) int count) {
        try {
            decode(bytes, count, LongCursor.BATCH);
        } catch (CorruptPageException refused) {
            assertNotNull(refused.getMessage());
        }
    }

    @Test
    void intsAreHeldAgainstTheirLimit() throws CorruptPageException {
        byte[] page = encode(new long[] {0, 3, 9});
        int[] ints = new int[3];
        assertEquals(3, LongCursor.open(page, 0, page.length, 3).readInts(ints, 0, 3, 10));
        assertArrayEquals(new int[] {0, 3, 9}, ints);
        LongCursor cursor = LongCursor.open(page, 0, page.length, 3);
        assertThrows(CorruptPageException.class, () -> cursor.readInts(ints, 0, 3, 9));
    }

    @Test
    void fewBitsAreSpentOnWhatRepeats() {
        Random random = new Random(1);
        long[] codes = new long[4096];
        long[] durations = new long[4096];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = i % 8 == 0 ? random.nextInt(700) : codes[i - 1] + 1;
            durations[i] = 1000L * (long) Math.exp(8 + 1.5 * random.nextGaussian());
        }
        assertTrue(encode(codes).length < 4096 * 10 / 8, "codes: " + encode(codes).length);
        assertTrue(encode(durations).length < 4096 * 15 / 8, "durations: " + encode(durations).length);
    }
}
