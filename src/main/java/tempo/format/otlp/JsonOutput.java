package tempo.format.otlp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.NumberOutput;
import java.util.Arrays;

/**
 * JSON text in a byte array that grows, up to 2^31 - 9 bytes. Scalars look as Go's {@code encoding/json} and gogo's
 * {@code jsonpb} print them, byte for byte, since that is what the clients of Tempo get from Tempo. Not thread-safe.
 */
public final class JsonOutput {
    private static final int CAPACITY_MAX = Integer.MAX_VALUE - 8;
    private static final byte[] HEX = "0123456789abcdef".getBytes(ISO_8859_1);
    private static final byte[] BASE64 =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(ISO_8859_1);
    private static final byte[] REPLACEMENT = ascii("\\ufffd");

    /** True for the ASCII characters that stand for themselves inside a string. */
    private static final boolean[] PLAIN = new boolean[128];

    static {
        Arrays.fill(PLAIN, ' ', 128, true);
        // Beside what JSON asks for, Go escapes what HTML would take for markup.
        for (char c : "\"\\<>&".toCharArray()) {
            PLAIN[c] = false;
        }
    }

    private byte[] bytes;
    private int size;

    /** An empty text with room for so many bytes; it grows. */
    public JsonOutput(int capacity) {
        bytes = new byte[Math.max(capacity, 64)];
    }

    /** The bytes of an ASCII text, to be written again and again with {@link #raw}. */
    static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    public void raw(char c) {
        ensure(1);
        bytes[size++] = (byte) c;
    }

    public void raw(byte[] text) {
        ensure(text.length);
        System.arraycopy(text, 0, bytes, size, text.length);
        size += text.length;
    }

    public void raw(String asciiText) {
        raw(ascii(asciiText));
    }

    public void string(String text) {
        byte[] utf8 = text.getBytes(UTF_8);
        string(utf8, 0, utf8.length);
    }

    /** A string from UTF-8; each byte that is not part of a character becomes U+FFFD. */
    public void string(byte[] utf8, int offset, int length) {
        raw('"');
        int at = offset;
        int end = offset + length;
        while (at < end) {
            int plainEnd = at;
            while (plainEnd < end && utf8[plainEnd] >= 0 && PLAIN[utf8[plainEnd]]) {
                plainEnd++;
            }
            copy(utf8, at, plainEnd - at);
            at = plainEnd;
            if (at < end) {
                at += utf8[at] >= 0 ? escape(utf8[at]) : character(utf8, at, end);
            }
        }
        raw('"');
    }

    private int escape(byte c) {
        switch (c) {
            case '"' -> raw("\\\"");
            case '\\' -> raw("\\\\");
            case '\b' -> raw("\\b");
            case '\f' -> raw("\\f");
            case '\n' -> raw("\\n");
            case '\r' -> raw("\\r");
            case '\t' -> raw("\\t");
            default -> {
                raw("\\u00");
                raw((char) HEX[c >> 4]);
                raw((char) HEX[c & 15]);
            }
        }
        return 1;
    }

    /** Writes the character of two to four bytes that starts at {@code at}; returns how many bytes were used. */
    private int character(byte[] utf8, int at, int end) {
        int count = Utf8.characterBytes(utf8, at, end);
        if (count == 0) {
            raw(REPLACEMENT);
            return 1;
        }
        if (utf8[at] == (byte) 0xe2 && utf8[at + 1] == (byte) 0x80 && (utf8[at + 2] & 0xfe) == 0xa8) {
            // U+2028 and U+2029 end a line in JavaScript but not in JSON.
            raw(utf8[at + 2] == (byte) 0xa8 ? "\\u2028" : "\\u2029");
        } else {
            copy(utf8, at, count);
        }
        return count;
    }

    private void copy(byte[] source, int offset, int count) {
        ensure(count);
        System.arraycopy(source, offset, bytes, size, count);
        size += count;
    }

    /** A string of standard base64 with padding. */
    public void base64(byte[] source, int offset, int length) {
        long chars = (length + 2L) / 3 * 4 + 2;
        ensure(chars);
        bytes[size++] = '"';
        int end = offset + length;
        int at = offset;
        for (; at <= end - 3; at += 3) {
            int three = (source[at] & 0xff) << 16 | (source[at + 1] & 0xff) << 8 | source[at + 2] & 0xff;
            bytes[size++] = BASE64[three >> 18];
            bytes[size++] = BASE64[three >> 12 & 63];
            bytes[size++] = BASE64[three >> 6 & 63];
            bytes[size++] = BASE64[three & 63];
        }
        if (at < end) {
            int rest = (source[at] & 0xff) << 16 | (at + 1 < end ? (source[at + 1] & 0xff) << 8 : 0);
            bytes[size++] = BASE64[rest >> 18];
            bytes[size++] = BASE64[rest >> 12 & 63];
            bytes[size++] = at + 1 < end ? BASE64[rest >> 6 & 63] : (byte) '=';
            bytes[size++] = '=';
        }
        bytes[size++] = '"';
    }

    /** A string of lower-case hexadecimal digits. */
    void hex(byte[] source, int offset, int length) {
        ensure(2L * length + 2);
        bytes[size++] = '"';
        for (int at = offset; at < offset + length; at++) {
            bytes[size++] = HEX[source[at] >> 4 & 15];
            bytes[size++] = HEX[source[at] & 15];
        }
        bytes[size++] = '"';
    }

    /** A number. */
    public void number(long value) {
        raw(Long.toString(value));
    }

    /** A 64-bit integer, which is a string in protobuf's JSON. */
    public void quotedNumber(String digits) {
        raw('"');
        raw(digits);
        raw('"');
    }

    /** A number, or one of protobuf's three names as a string. */
    public void real(double value) {
        if (Double.isNaN(value)) {
            raw("\"NaN\"");
        } else if (Double.isInfinite(value)) {
            raw(value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
        } else {
            raw(finite(value));
        }
    }

    /** Go's form: the shortest digits that read back the same, an exponent below 1e-6 and from 1e21 on. */
    private static String finite(double value) {
        String sign = 1 / value < 0 || value < 0 ? "-" : "";
        double magnitude = Math.abs(value);
        if (magnitude == 0) {
            return sign + "0";
        }
        // Not Double.toString: before Java 19 it may give more digits than needed.
        String text = NumberOutput.toString(magnitude, true);
        int e = text.indexOf('E');
        String mantissa = e < 0 ? text : text.substring(0, e);
        int point = mantissa.indexOf('.');
        String all = mantissa.substring(0, point) + mantissa.substring(point + 1);
        int leadingZeros = 0;
        while (all.charAt(leadingZeros) == '0') {
            leadingZeros++;
        }
        int end = all.length();
        while (all.charAt(end - 1) == '0') {
            end--;
        }
        String digits = all.substring(leadingZeros, end);
        // The value is 0.digits times ten to this.
        int exponent = (e < 0 ? 0 : Integer.parseInt(text.substring(e + 1))) + point - leadingZeros;
        if (digits.length() == 2 && magnitude < Double.MIN_NORMAL) {
            // Java gives two digits where one would do, and of the smallest numbers the better two: 4.9e-324, not
            // 5e-324.
            double oneDigit = Double.parseDouble(digits.charAt(0) + "e" + (exponent - 1));
            double nextDigit = Double.parseDouble((digits.charAt(0) - '0' + 1) + "e" + (exponent - 1));
            if (nextDigit == magnitude && (digits.charAt(1) >= '5' || oneDigit != magnitude)) {
                boolean carry = digits.charAt(0) == '9';
                exponent += carry ? 1 : 0;
                digits = carry ? "1" : Integer.toString(digits.charAt(0) - '0' + 1);
            } else if (oneDigit == magnitude) {
                digits = digits.substring(0, 1);
            }
        }
        return sign
                + (magnitude < 1e-6 || magnitude >= 1e21 ? scientific(digits, exponent - 1) : plain(digits, exponent));
    }

    private static String scientific(String digits, int exponent) {
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        return digits.charAt(0) + fraction + "e" + (exponent < 0 ? "" : "+") + exponent;
    }

    private static String plain(String digits, int exponent) {
        if (exponent <= 0) {
            return "0." + "0".repeat(-exponent) + digits;
        }
        if (exponent >= digits.length()) {
            return digits + "0".repeat(exponent - digits.length());
        }
        return digits.substring(0, exponent) + "." + digits.substring(exponent);
    }

    private void ensure(long more) {
        if (bytes.length - size >= more) {
            return;
        }
        long needed = size + more;
        if (needed > CAPACITY_MAX) {
            throw new IllegalStateException("json may have " + CAPACITY_MAX + " bytes but needs " + needed);
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(CAPACITY_MAX, Math.max(needed, bytes.length * 2L)));
    }
}
