package tempo.tempodb.block;

import java.io.EOFException;
import java.util.Arrays;
import java.util.Random;

/** What disks, networks and people do to stored bytes. */
public final class Damage {
    private Damage() {}

    /** A copy that is cut, or in which a stretch is overwritten or a bit is flipped. */
    public static byte[] of(byte[] good, Random random) {
        return within(good, 0, good.length, random);
    }

    /** The same, from {@code from} up to {@code to} only; what is cut is cut from there on. */
    public static byte[] within(byte[] good, int from, int to, Random random) {
        int at = from + random.nextInt(to - from);
        switch (random.nextInt(4)) {
            case 0 -> {
                return Arrays.copyOf(good, at);
            }
            case 1 -> {
                byte[] bad = good.clone();
                int length = Math.min(to - at, 1 + random.nextInt(4096));
                Arrays.fill(bad, at, at + length, (byte) random.nextInt());
                return bad;
            }
            case 2 -> {
                byte[] bad = good.clone();
                int source = random.nextInt(good.length);
                int length = Math.min(1 + random.nextInt(512), Math.min(to - at, good.length - source));
                System.arraycopy(good, source, bad, at, length);
                return bad;
            }
            default -> {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << random.nextInt(8));
                return bad;
            }
        }
    }

    /** A data object of these bytes. */
    public static BlockSource source(byte[] bytes) {
        return (offset, length) -> {
            if (offset + length > bytes.length) {
                throw new EOFException("ends at " + bytes.length);
            }
            return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
        };
    }
}
