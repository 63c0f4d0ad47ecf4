package tempo.span;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The fuzz target over seeded inputs, so that every build runs it. */
class RequestSplitterTargetTest {
    @Test
    void holdsForMutatedRequests() {
        Random random = new Random(5);
        for (int seed = 0; seed < 500; seed++) {
            byte[] bytes = new TraceSamples(seed).request(3, 6).toByteArray();
            RequestSplitterTarget.check(bytes);
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                RequestSplitterTarget.check(bytes);
            }
        }
    }

    @Test
    void holdsForRandomBytes() {
        Random random = new Random(6);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            RequestSplitterTarget.check(bytes);
        }
    }
}
