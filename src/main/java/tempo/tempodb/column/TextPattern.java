package tempo.tempodb.column;

import java.util.Arrays;

/**
 * Splits a text into a pattern and the numbers in it, its slots. A pattern is the text with an escape for each slot:
 *
 * <pre>
 * 00 00            a zero byte
 * 00 01            NUMBER  decimal digits without a leading zero, at most 18       1 slot
 * 00 02 width: u8  FIXED   decimal digits with a leading zero, 2 to 18             1 slot
 * 00 03            UUID    8-4-4-4-12 lower-case hex digits                        2 slots, the higher half first
 * 00 04 width: u8  HEX     lower-case hex digits, 1 to 16                          1 slot
 * 00 05            HEX32   32 lower-case hex digits                                2 slots, the higher half first
 *
 * "GET /carts/4711?id=0017"  =  "GET /carts/" 00 01 "?id=" 00 02 04, slots 4711, 17
 * </pre>
 *
 * Which digits become a slot is the writer's choice: here a run of letters and digits that is all digits; of 12 to 16 or 32
 * lower-case hex digits; or, within another run, four digits and more. Stateless.
 */
final class TextPattern {
    static final byte ESCAPE = 0;
    static final byte NUMBER = 1;
    static final byte FIXED = 2;
    static final byte UUID = 3;
    static final byte HEX = 4;
    static final byte HEX32 = 5;

    /** A long holds any number of so many decimal digits. */
    static final int DIGITS_MAX = 18;

    static final int HEX_DIGITS_MAX = 16;
    static final int UUID_BYTES = 36;

    private static final int DIGITS_WITHIN_MIN = 4;
    private static final int HEX_DIGITS_MIN = 12;

    /** What a byte is, by its value; a run of letters and digits is made of those above {@link #ZERO}. */
    private static final byte[] KINDS = kinds();

    private static final int OTHER = 0;
    private static final int ZERO = 1;
    private static final int DIGIT = 2;
    private static final int HEX_LETTER = 4;
    private static final int LETTER = 8;

    private TextPattern() {}

    /** Appends the pattern of {@code bytes[from..to)} to {@code pattern} and its slots to {@code slots}. */
    static void split(byte[] bytes, int from, int to, GrowingBytes pattern, GrowingLongs slots) {
        int literal = from;
        int at = from;
        while (at < to) {
            int kind = KINDS[bytes[at] & 0xff];
            if (kind == OTHER) {
                at++;
            } else if (kind == ZERO) {
                pattern.put(bytes, literal, at - literal);
                pattern.put(ESCAPE);
                literal = at++;
            } else {
                // Most runs have no digit, and are done with one pass.
                int end = at + 1;
                int kinds = kind;
                for (; end < to && (kind = KINDS[bytes[end] & 0xff]) > ZERO; end++) {
                    kinds |= kind;
                }
                int slotEnd = (kinds & LETTER) == 0 ? slot(bytes, at, end, to, kinds, literal, pattern, slots) : 0;
                if (slotEnd > 0) {
                    literal = slotEnd;
                } else if ((kinds & DIGIT) != 0) {
                    literal = digitsWithin(bytes, at, end, literal, pattern, slots);
                }
                at = Math.max(end, slotEnd);
            }
        }
        pattern.put(bytes, literal, to - literal);
    }

    /** Makes one slot of a run of digits and hex digits, or of the uuid that begins with it; returns its end, or 0 if it is none. */
    private static int slot(
            byte[] bytes, int at, int end, int to, int kinds, int literal, GrowingBytes pattern, GrowingLongs slots) {
        int length = end - at;
        if (length == 8 && isUuid(bytes, at, to)) {
            pattern.put(bytes, literal, at - literal);
            pattern.put(ESCAPE);
            pattern.put(UUID);
            slots.add(hex(bytes, at, 8) << 32 | hex(bytes, at + 9, 4) << 16 | hex(bytes, at + 14, 4));
            slots.add(hex(bytes, at + 19, 4) << 48 | hex(bytes, at + 24, 12));
            return at + UUID_BYTES;
        }
        if (length <= DIGITS_MAX && kinds == DIGIT) {
            pattern.put(bytes, literal, at - literal);
            digits(bytes, at, end, pattern, slots);
            return end;
        }
        if (length == 2 * HEX_DIGITS_MAX) {
            pattern.put(bytes, literal, at - literal);
            pattern.put(ESCAPE);
            pattern.put(HEX32);
            slots.add(hex(bytes, at, HEX_DIGITS_MAX));
            slots.add(hex(bytes, at + HEX_DIGITS_MAX, HEX_DIGITS_MAX));
            return end;
        }
        if (length >= HEX_DIGITS_MIN && length <= HEX_DIGITS_MAX) {
            pattern.put(bytes, literal, at - literal);
            pattern.put(ESCAPE);
            pattern.put(HEX);
            pattern.put(length);
            slots.add(hex(bytes, at, length));
            return end;
        }
        return 0;
    }

    /** Makes slots of the long runs of digits within a run of letters and digits; returns where the literal goes on. */
    private static int digitsWithin(
            byte[] bytes, int from, int end, int literalAt, GrowingBytes pattern, GrowingLongs slots) {
        int literal = literalAt;
        int at = from;
        while (at < end) {
            int digits = digitsEnd(bytes, at, end);
            if (digits - at >= DIGITS_WITHIN_MIN && digits - at <= DIGITS_MAX) {
                pattern.put(bytes, literal, at - literal);
                digits(bytes, at, digits, pattern, slots);
                literal = digits;
            }
            at = Math.max(digits, at + 1);
        }
        return literal;
    }

    private static void digits(byte[] bytes, int at, int end, GrowingBytes pattern, GrowingLongs slots) {
        long value = 0;
        for (int i = at; i < end; i++) {
            value = value * 10 + (bytes[i] - '0');
        }
        pattern.put(ESCAPE);
        if (bytes[at] == '0' && end - at > 1) {
            pattern.put(FIXED);
            pattern.put(end - at);
        } else {
            pattern.put(NUMBER);
        }
        slots.add(value);
    }

    private static byte[] kinds() {
        byte[] kinds = new byte[256];
        kinds[ESCAPE] = ZERO;
        Arrays.fill(kinds, '0', '9' + 1, (byte) DIGIT);
        Arrays.fill(kinds, 'A', 'Z' + 1, (byte) LETTER);
        Arrays.fill(kinds, 'a', 'f' + 1, (byte) HEX_LETTER);
        Arrays.fill(kinds, 'g', 'z' + 1, (byte) LETTER);
        return kinds;
    }

    private static int digitsEnd(byte[] bytes, int at, int to) {
        int end = at;
        while (end < to && bytes[end] >= '0' && bytes[end] <= '9') {
            end++;
        }
        return end;
    }

    private static boolean isUuid(byte[] bytes, int at, int to) {
        return to - at >= UUID_BYTES
                && bytes[at + 8] == '-'
                && bytes[at + 13] == '-'
                && bytes[at + 18] == '-'
                && bytes[at + 23] == '-'
                && isHex(bytes, at, at + 8)
                && isHex(bytes, at + 9, at + 13)
                && isHex(bytes, at + 14, at + 18)
                && isHex(bytes, at + 19, at + 23)
                && isHex(bytes, at + 24, at + UUID_BYTES);
    }

    private static boolean isHex(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte c = bytes[i];
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    private static long hex(byte[] bytes, int at, int length) {
        long value = 0;
        for (int i = at; i < at + length; i++) {
            byte c = bytes[i];
            value = value << 4 | (c <= '9' ? c - '0' : c - 'a' + 10);
        }
        return value;
    }

    /**
     * How many slots a pattern has.
     *
     * @throws CorruptPageException if an escape is not known or cut off
     */
    static int slots(byte[] bytes, int from, int to) throws CorruptPageException {
        int slots = 0;
        for (int at = from; at < to; at++) {
            if (bytes[at] != ESCAPE) {
                continue;
            }
            int kind = ++at < to ? bytes[at] : -1;
            switch (kind) {
                case ESCAPE -> {}
                case NUMBER -> slots++;
                case UUID, HEX32 -> slots += 2;
                case FIXED, HEX -> {
                    int width = ++at < to ? bytes[at] : 0;
                    if (width < 1 || width > (kind == HEX ? HEX_DIGITS_MAX : DIGITS_MAX)) {
                        throw new CorruptPageException("pattern has " + width + " digits");
                    }
                    slots++;
                }
                default -> throw new CorruptPageException("pattern has an escape that is not known: " + kind);
            }
        }
        return slots;
    }

    /** Appends the text of a pattern, found well-formed before, and its slots from {@code slots[slotAt]} on. */
    static void join(byte[] bytes, int from, int to, long[] slots, int slotAt, GrowingBytes out) {
        int slot = slotAt;
        int literal = from;
        for (int at = from; at < to; at++) {
            if (bytes[at] != ESCAPE) {
                continue;
            }
            out.put(bytes, literal, at - literal);
            switch (bytes[++at]) {
                case NUMBER -> putNumber(slots[slot++], out);
                case FIXED -> putFixed(slots[slot++], bytes[++at], out);
                case HEX -> putHex(slots[slot++], bytes[++at], out);
                case HEX32 -> {
                    putHex(slots[slot++], HEX_DIGITS_MAX, out);
                    putHex(slots[slot++], HEX_DIGITS_MAX, out);
                }
                case UUID -> {
                    putUuid(slots[slot], slots[slot + 1], out);
                    slot += 2;
                }
                default -> out.put(ESCAPE);
            }
            literal = at + 1;
        }
        out.put(bytes, literal, to - literal);
    }

    private static void putNumber(long value, GrowingBytes out) {
        int width = 1;
        for (long rest = Long.divideUnsigned(value, 10); rest != 0; rest /= 10) {
            width++;
        }
        putFixed(value, width, out);
    }

    private static void putFixed(long value, int width, GrowingBytes out) {
        out.reserve(width);
        long rest = value;
        for (int i = out.length() + width - 1; i >= out.length(); i--) {
            out.array()[i] = (byte) ('0' + Long.remainderUnsigned(rest, 10));
            rest = Long.divideUnsigned(rest, 10);
        }
        out.extend(width);
    }

    private static void putHex(long value, int width, GrowingBytes out) {
        out.reserve(width);
        long rest = value;
        for (int i = out.length() + width - 1; i >= out.length(); i--) {
            int digit = (int) rest & 0xf;
            out.array()[i] = (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10);
            rest >>>= 4;
        }
        out.extend(width);
    }

    private static void putUuid(long high, long low, GrowingBytes out) {
        putHex(high >>> 32, 8, out);
        out.put('-');
        putHex(high >>> 16, 4, out);
        out.put('-');
        putHex(high, 4, out);
        out.put('-');
        putHex(low >>> 48, 4, out);
        out.put('-');
        putHex(low, 12, out);
    }
}
