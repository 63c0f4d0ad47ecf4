package tempo.format.zipkin;

import java.util.HexFormat;

/** Ids as Zipkin writes them: hex digits of either case, which may be fewer than all. */
final class Ids {
    /** Of a span id. */
    static final int DIGITS = 16;

    private Ids() {}

    /** A span id; 0 if the text is none. */
    static long span(String hex) {
        return hex.length() <= DIGITS && isHex(hex) ? parse(hex, 0, hex.length()) : 0;
    }

    static boolean isHex(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!HexFormat.isHexDigit(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    static long parse(String hex, int from, int to) {
        return from == to ? 0 : HexFormat.fromHexDigitsToLong(hex, from, to);
    }
}
