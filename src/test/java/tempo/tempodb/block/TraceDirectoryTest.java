package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TraceDirectoryTest {
    private static final BlockPlace PLACE = BlockPlace.block(Blocks.ID);

    @Property(tries = 300)
    void neverDeniesAKeyThatIsThere(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 2000) int count,
            @ForAll @IntRange(min = 0, max = 63) int skew)
            throws CorruptBlockException {
        Random random = new Random(seed);
        long[] keys = sorted(random, count, skew);
        TraceDirectory directory = TraceDirectory.decode(TraceDirectory.encode(keys, count), PLACE);
        assertEquals(count, directory.traces());
        for (int i = 0; i < count; i++) {
            int rank = directory.rank(keys[i]);
            assertTrue(rank >= 0 && rank <= i, "rank " + rank + " of key " + i);
        }
    }

    @Test
    void errsOnceInTwoHundredAndFiftySixOrLess() throws CorruptBlockException {
        Random random = new Random(7);
        for (int count : new int[] {1000, 16_384, 40_000}) {
            long[] keys = sorted(random, count, 0);
            TraceDirectory directory = TraceDirectory.decode(TraceDirectory.encode(keys, count), PLACE);
            int errors = 0;
            for (int i = 0; i < 200_000; i++) {
                errors += directory.mayHold(random.nextLong()) ? 1 : 0;
            }
            double rate = errors / 200_000.0;
            assertTrue(rate > 1 / 600.0 && rate < 1 / 240.0, "false positive rate with " + count + " keys is " + rate);
        }
    }

    @Test
    void takesAboutTenBitsATrace() {
        long[] keys = sorted(new Random(8), 65_536, 0);
        assertEquals(10.0, TraceDirectory.encode(keys, keys.length).length * 8.0 / keys.length, 0.01);
    }

    @Test
    void refusesDamagedSections() {
        long[] keys = sorted(new Random(9), 100, 0);
        byte[] section = TraceDirectory.encode(keys, keys.length);
        for (int length = 0; length < section.length; length++) {
            byte[] cut = Arrays.copyOf(section, length);
            assertThrows(CorruptBlockException.class, () -> TraceDirectory.decode(cut, PLACE));
        }
        section[20] ^= 1;
        assertThrows(CorruptBlockException.class, () -> TraceDirectory.decode(section, PLACE));
    }

    private static long[] sorted(Random random, int count, int skew) {
        return random.longs(count)
                .map(key -> (key >>> skew) - Long.MIN_VALUE)
                .sorted()
                .map(key -> key + Long.MIN_VALUE)
                .toArray();
    }
}
