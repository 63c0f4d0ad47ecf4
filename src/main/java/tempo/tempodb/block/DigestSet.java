package tempo.tempodb.block;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Remembers which contents it was asked about, by 127 bits of their SHA-256: nobody can make two contents that are taken for one.
 * Takes 21 to 43 bytes for each; once it knows as many as it may it forgets them all, so that its memory has a bound. For one thread.
 */
final class DigestSet {
    private static final int WORDS_MIN = 2 << 10;

    private final int contentsMax;
    private final MessageDigest digest = sha256();

    /** By place: pairs of words; an empty place is two zeros. */
    private long[] slots = new long[WORDS_MIN];

    private int count;

    DigestSet(int contentsMax) {
        this.contentsMax = contentsMax;
    }

    /** The digest of {@code context}, if it is not empty, and {@code bytes[offset..offset + length)}. */
    byte[] digest(byte[] context, byte[] bytes, int offset, int length) {
        digest.update(context);
        digest.update(bytes, offset, length);
        return digest.digest();
    }

    /** True if what has this digest was not added before. */
    boolean add(byte[] digested) {
        ByteBuffer words = ByteBuffer.wrap(digested);
        // A first word of zero, which one in 2^63 has, would be an empty place.
        long first = Math.max(words.getLong() >>> 1, 1);
        long second = words.getLong();
        int at = find(slots, first, second);
        if (slots[at] != 0) {
            return false;
        }
        slots[at] = first;
        slots[at + 1] = second;
        count++;
        if (count == contentsMax) {
            slots = new long[WORDS_MIN];
            count = 0;
        } else if (count * 8L > slots.length * 3L) {
            grow();
        }
        return true;
    }

    private void grow() {
        long[] larger = new long[2 * slots.length];
        for (int i = 0; i < slots.length; i += 2) {
            if (slots[i] != 0) {
                int at = find(larger, slots[i], slots[i + 1]);
                larger[at] = slots[i];
                larger[at + 1] = slots[i + 1];
            }
        }
        slots = larger;
    }

    /** The place of a pair, or the empty one where it belongs. */
    private static int find(long[] slots, long first, long second) {
        int mask = slots.length - 1;
        int at = (int) second << 1 & mask;
        while (slots[at] != 0 && (slots[at] != first || slots[at + 1] != second)) {
            at = at + 2 & mask;
        }
        return at;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
