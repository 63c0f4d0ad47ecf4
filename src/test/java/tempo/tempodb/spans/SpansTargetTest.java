package tempo.tempodb.spans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tempo.tempodb.column.CorruptPageException;

class SpansTargetTest {
    @Test
    void comesBackOrIsRefusedWhateverIsChanged() {
        Random random = new Random(31);
        List<byte[]> seeds = SpansTarget.seeds();
        seeds.forEach(SpansTarget::run);
        for (int round = 0; round < 10_000; round++) {
            byte[] seed = seeds.get(random.nextInt(seeds.size()));
            int length = random.nextInt(5) == 0 ? 2 + random.nextInt(seed.length - 1) : seed.length;
            byte[] input = Arrays.copyOf(seed, length);
            for (int change = random.nextInt(4); change >= 0; change--) {
                input[1 + random.nextInt(input.length - 1)] = (byte) random.nextInt();
            }
            SpansTarget.run(input);
        }
    }

    @Test
    void aLengthDoesNotReachBehindWhatIsLeftBehindIt() {
        CorruptPageException refused =
                assertThrows(CorruptPageException.class, () -> Segment.decode(new byte[] {2, 2, (byte) 0xaa}));
        assertEquals("stored length of the segment's tables is 2 but 1 bytes are left", refused.getMessage());
    }

    @Test
    void pagesWithRightChecksumsAreDecodedOrRefused() {
        Random random = new Random(32);
        for (int round = 0; round < 10_000; round++) {
            byte[] input = new byte[1 + 3 * (1 + random.nextInt(3))];
            random.nextBytes(input);
            input[0] = 3;
            SpansTarget.run(input);
        }
    }
}
