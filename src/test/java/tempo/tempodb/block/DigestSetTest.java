package tempo.tempodb.block;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DigestSetTest {
    private static byte[] digest(DigestSet set, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return set.digest(new byte[0], bytes, 0, bytes.length);
    }

    @Test
    void addsEachContentOnce() {
        DigestSet set = new DigestSet(1 << 20);
        for (boolean first : new boolean[] {true, false}) {
            for (int i = 0; i < 100_000; i++) {
                assertEquals(first, set.add(digest(set, "content " + i)));
            }
        }
    }

    @Test
    void forgetsAllOnceItKnowsAsManyAsItMay() {
        DigestSet set = new DigestSet(1000);
        for (int i = 0; i < 999; i++) {
            assertTrue(set.add(digest(set, "content " + i)));
        }
        assertFalse(set.add(digest(set, "content 5")));
        assertTrue(set.add(digest(set, "the last")));
        assertTrue(set.add(digest(set, "content 5")));
        assertFalse(set.add(digest(set, "content 5")));
    }

    @Test
    void zerosAreAContentToo() {
        DigestSet set = new DigestSet(1000);
        assertTrue(set.add(new byte[32]));
        assertFalse(set.add(new byte[32]));
    }

    @Test
    void contextIsPartOfTheDigest() {
        DigestSet set = new DigestSet(1000);
        byte[] text = "abc".getBytes(UTF_8);
        assertArrayEquals(digest(set, "bc"), set.digest(new byte[0], text, 1, 2));
        assertArrayEquals(digest(set, "abc"), set.digest(new byte[] {'a'}, text, 1, 2));
        assertFalse(java.util.Arrays.equals(digest(set, "bc"), set.digest(new byte[] {'x'}, text, 1, 2)));
    }
}
