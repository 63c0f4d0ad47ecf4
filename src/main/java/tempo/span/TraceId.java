package tempo.span;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A trace's id: 16 bytes, as two big-endian halves.
 *
 * @param high bytes 0 to 7
 * @param low bytes 8 to 15
 */
public record TraceId(long high, long low) {
    /** Length of a trace id on the wire, in bytes. */
    public static final int BYTES = 16;

    private static final int HEX_DIGITS_MAX = 32;

    /**
     * Reads 1 to 32 hex digits of either case; fewer than 32 are padded with zeros on the left, as 64-bit ids are.
     *
     * @return empty if {@code text} is empty, longer, or holds anything that is not a hex digit
     */
    public static Optional<TraceId> parse(String text) {
        if (text.isEmpty() || text.length() > HEX_DIGITS_MAX) {
            return Optional.empty();
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return Optional.empty();
            }
            high = high << 4 | low >>> 60;
            low = low << 4 | digit;
        }
        return Optional.of(new TraceId(high, low));
    }

    /** True for the id that OpenTelemetry calls invalid: 16 zero bytes. */
    public boolean isZero() {
        return (high | low) == 0;
    }

    /** The 16 bytes, as on the wire. */
    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }

    /** All 32 lower-case hex digits. */
    public String toHex() {
        return hex(high) + hex(low);
    }

    @Override
    public String toString() {
        return toHex();
    }

    private static String hex(long half) {
        String digits = Long.toHexString(half);
        return "0".repeat(16 - digits.length()) + digits;
    }
}
