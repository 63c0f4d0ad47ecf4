package tempo.format.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Texts of scalar values in protobuf's JSON mapping. Methods give null where a text is not such a value. */
public final class JsonScalar {
    /** No 64-bit integer needs more; longer texts are refused before they cost anything. */
    private static final int INTEGER_CHARS_MAX = 100;

    private static final int REAL_CHARS_MAX = 1_100;
    private static final int INTEGER_DIGITS_MAX = 20;

    private JsonScalar() {}

    /** Bytes of an even number of hex digits of either case; empty if the text is anything else. */
    public static byte[] hex(String text) {
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /** Bytes of base64 in the standard or the URL alphabet, with or without padding. */
    public static byte @Nullable [] base64(String text) {
        String standard = text.indexOf('-') < 0 && text.indexOf('_') < 0
                ? text
                : text.replace('-', '+').replace('_', '/');
        try {
            return Base64.getDecoder().decode(standard);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A signed 64-bit integer; {@code 1.0} and {@code 1e3} are integers too. */
    public static @Nullable Long signed(String text) {
        if (!looksLikeNumber(text)) {
            return null;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            BigInteger value = integer(text);
            return value == null || value.bitLength() > 63 ? null : value.longValue();
        }
    }

    /** The bits of an unsigned 64-bit integer. */
    public static @Nullable Long unsigned(String text) {
        if (!looksLikeNumber(text)) {
            return null;
        }
        try {
            return Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            BigInteger value = integer(text);
            return value == null || value.signum() < 0 || value.bitLength() > 64 ? null : value.longValue();
        }
    }

    private static @Nullable BigInteger integer(String text) {
        if (text.length() > INTEGER_CHARS_MAX) {
            return null;
        }
        try {
            BigDecimal value = new BigDecimal(text);
            // 1e999999999 is short to write and a gigabit to keep.
            if (value.signum() != 0 && (long) value.precision() - value.scale() > INTEGER_DIGITS_MAX) {
                return null;
            }
            if (value.signum() == 0) {
                return BigInteger.ZERO;
            }
            BigDecimal stripped = value.stripTrailingZeros();
            return stripped.scale() > 0 ? null : stripped.toBigIntegerExact();
        } catch (ArithmeticException | NumberFormatException e) {
            return null;
        }
    }

    /** A double; not finite only if {@code named}, by one of the three names protobuf has for those. */
    public static @Nullable Double real(String text, boolean named) {
        if (named) {
            switch (text) {
                case "NaN":
                    return Double.NaN;
                case "Infinity":
                    return Double.POSITIVE_INFINITY;
                case "-Infinity":
                    return Double.NEGATIVE_INFINITY;
                default:
                    break;
            }
        }
        if (text.length() > REAL_CHARS_MAX || !looksLikeNumber(text)) {
            return null;
        }
        try {
            double value = Double.parseDouble(text);
            return Double.isInfinite(value) ? null : (Double) value;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Keeps out what Java's own parsers would take beside JSON's numbers: hex, suffixes, spaces, other scripts' digits. */
    private static boolean looksLikeNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** The text with each unpaired surrogate replaced by U+FFFD, since it has no UTF-8. */
    public static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return replaceUnpaired(text);
            }
        }
        return text;
    }

    private static String replaceUnpaired(String text) {
        StringBuilder replaced = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c)
                .forEach(replaced::appendCodePoint);
        return replaced.toString();
    }
}
