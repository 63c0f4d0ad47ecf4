package tempo.tempodb.block;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockReaderTargetTest {
    @Test
    void decodesOrRefusesMutatedParts() {
        Random random = new Random(21);
        List<byte[]> seeds = BlockReaderTarget.seeds();
        seeds.forEach(BlockReaderTarget::run);
        for (int round = 0; round < 20_000; round++) {
            byte[] seed = seeds.get(random.nextInt(seeds.size()));
            int length = random.nextInt(5) == 0 ? 1 + random.nextInt(seed.length) : seed.length;
            byte[] input = Arrays.copyOf(seed, length);
            for (int change = random.nextInt(4); change >= 0; change--) {
                input[random.nextInt(input.length)] = (byte) random.nextInt();
            }
            BlockReaderTarget.run(input);
        }
    }

    @Test
    void decodesOrRefusesRandomPatchesOfAGroup() {
        Random random = new Random(22);
        for (int round = 0; round < 20_000; round++) {
            byte[] input = new byte[1 + 3 * (1 + random.nextInt(3))];
            for (int i = 1; i < input.length; i += 3) {
                int offset = random.nextInt(random.nextBoolean() ? 600 : 5000);
                input[i] = (byte) (offset >> 8);
                input[i + 1] = (byte) offset;
                input[i + 2] = (byte) random.nextInt();
            }
            input[0] = 6;
            BlockReaderTarget.run(input);
        }
    }
}
