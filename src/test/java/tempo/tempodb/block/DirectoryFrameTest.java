package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DirectoryFrameTest {
    private static final BlockPlace PLACE = BlockPlace.block(Blocks.ID);

    @Property(tries = 300)
    void neverDeniesAKeyThatIsThere(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 2000) int count,
            @ForAll @IntRange(min = 0, max = 63) int skew)
            throws CorruptBlockException {
        Random random = new Random(seed);
        long[] keys = sorted(random, count, skew);
        DirectoryFrame directory = DirectoryFrame.decode(DirectoryFrame.encode(keys, 0, count), PLACE);
        assertEquals(count, directory.traces());
        for (int i = 0; i < count; i++) {
            assertTrue(directory.mayHold(keys[i]), "key " + i);
        }
    }

    @Test
    void errsOnceInSixtyFiveThousandOrLess() throws CorruptBlockException {
        Random random = new Random(7);
        for (int count : new int[] {1000, 16_384, 40_000}) {
            long[] keys = sorted(random, count, 0);
            DirectoryFrame directory = DirectoryFrame.decode(DirectoryFrame.encode(keys, 0, count), PLACE);
            int errors = 0;
            for (int i = 0; i < 4_000_000; i++) {
                errors += directory.mayHold(random.nextLong()) ? 1 : 0;
            }
            double rate = (double) errors / 4_000_000;
            assertTrue(rate < 1 / 50_000.0, "false positive rate with " + count + " keys is " + rate);
        }
    }

    /** Keys of one node's ranges, or of one of a tenant's blocks that share the keys among them. */
    @Test
    void errsAsSeldomAmongTheKeysBetweenItsFirstAndItsLast() throws CorruptBlockException {
        Random random = new Random(11);
        for (int skew : new int[] {1, 5, 20}) {
            long[] keys = sorted(random, 20_000, skew);
            DirectoryFrame directory = DirectoryFrame.decode(DirectoryFrame.encode(keys, 0, keys.length), PLACE);
            int errors = 0;
            for (int i = 0; i < 4_000_000; i++) {
                errors += directory.mayHold(random.nextLong() >>> skew) ? 1 : 0;
            }
            double rate = (double) errors / 4_000_000;
            assertTrue(rate < 1 / 50_000.0, "false positive rate below " + skew + " bits is " + rate);
        }
    }

    @Test
    void takesSomeNineteenBitsATrace() {
        long[] keys = sorted(new Random(8), 65_536, 0);
        double bits = DirectoryFrame.encode(keys, 0, keys.length).length * 8.0 / keys.length;
        assertTrue(bits > 18 && bits < 19.01, bits + " bits");
    }

    @Property(tries = 100)
    void prefixesAreOfThirtyTwoBitsAndThoseOfItsKeys(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3000) int count,
            @ForAll @IntRange(min = 0, max = 63) int skew)
            throws IOException {
        long[] keys = sorted(new Random(seed), count, skew);
        List<Long> prefixes = new ArrayList<>();
        DirectoryFrame.decode(DirectoryFrame.encode(keys, 0, count), PLACE).prefixes(prefixes::add);
        assertEquals(count, prefixes.size());
        for (int i = 0; i < count; i++) {
            assertEquals(keys[i] >>> DirectoryFrame.SHIFT_MAX, prefixes.get(i) >>> DirectoryFrame.SHIFT_MAX);
        }
    }

    @Test
    void refusesDamagedSections() {
        long[] keys = sorted(new Random(9), 100, 0);
        byte[] section = DirectoryFrame.encode(keys, 0, keys.length);
        for (int length = 0; length < section.length; length++) {
            byte[] cut = Arrays.copyOf(section, length);
            assertThrows(CorruptBlockException.class, () -> DirectoryFrame.decode(cut, PLACE));
        }
        section[20] ^= 1;
        assertThrows(CorruptBlockException.class, () -> DirectoryFrame.decode(section, PLACE));
    }

    private static long[] sorted(Random random, int count, int skew) {
        return random.longs(count)
                .map(key -> (key >>> skew) - Long.MIN_VALUE)
                .sorted()
                .map(key -> key + Long.MIN_VALUE)
                .toArray();
    }
}
