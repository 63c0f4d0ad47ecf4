package tempo.span;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class WireHashTest {
    @Test
    void isTheJoinOfEightBytesEachAndTheBigEndianRest() {
        Random random = new Random(5);
        for (int length = 0; length < 40; length++) {
            for (int offset = 0; offset < 12; offset++) {
                byte[] bytes = new byte[offset + length + 3];
                random.nextBytes(bytes);
                assertEquals(
                        expected(bytes, offset, length),
                        WireHash.of(bytes, offset, length),
                        length + " bytes from " + offset + " on");
            }
        }
    }

    private static long expected(byte[] bytes, int offset, int length) {
        long hash = length * 0x9fb21c651e98df25L;
        int at = offset;
        for (; at + 8 <= offset + length; at += 8) {
            long word = 0;
            for (int i = 7; i >= 0; i--) {
                word = word << 8 | bytes[at + i] & 0xff;
            }
            hash = WireHash.join(hash, word);
        }
        long rest = 0;
        for (; at < offset + length; at++) {
            rest = rest << 8 | bytes[at] & 0xff;
        }
        return WireHash.join(hash, rest);
    }
}
