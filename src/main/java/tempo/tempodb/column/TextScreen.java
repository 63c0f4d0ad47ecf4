package tempo.tempodb.column;

import java.util.Arrays;

/**
 * Tells of a pattern whether a text that it is of can hold some bytes, without knowing the numbers in its slots: a
 * nondeterministic automaton, of which a bit says that so many of the bytes have just been met. Immutable and thread-safe.
 */
public final class TextScreen {
    /** More bytes are not looked at. */
    private static final int WANTED_MAX = 62;

    private final byte[] wanted;

    /** By byte: where it is among those wanted. */
    private final long[] places = new long[256];

    /** Where those wanted can be of a slot: digits, lower-case hex digits, and what stands in a UUID. */
    private long slotPlaces;

    /** A screen for texts that hold these bytes; for none, all texts do. */
    public TextScreen(byte[] wanted) {
        this.wanted = Arrays.copyOf(wanted, Math.min(wanted.length, WANTED_MAX));
        for (int i = 0; i < this.wanted.length; i++) {
            byte c = this.wanted[i];
            places[c & 0xff] |= 1L << i;
            if (c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c == '-') {
                slotPlaces |= 1L << i;
            }
        }
    }

    /** False if no text of the pattern holds the bytes. */
    public boolean mayHold(byte[] pattern, int from, int to) {
        long met = 1;
        long all = 1L << wanted.length;
        for (int at = from; at < to && (met & all) == 0; at++) {
            byte c = pattern[at];
            if (c != TextPattern.ESCAPE) {
                met = (met & places[c & 0xff]) << 1 | 1;
                continue;
            }
            int kind = ++at < to ? pattern[at] : TextPattern.ESCAPE;
            if (kind == TextPattern.ESCAPE) {
                met = (met & places[0]) << 1 | 1;
                continue;
            }
            at += kind == TextPattern.FIXED || kind == TextPattern.HEX ? 1 : 0;
            for (long before = 0; before != met; ) {
                before = met;
                met |= (met & slotPlaces) << 1;
            }
        }
        return (met & all) != 0;
    }
}
