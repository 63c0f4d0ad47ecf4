package tempo.format.otlp;

/** Well-formed UTF-8, table 3-7 of the Unicode standard: nothing overlong, no surrogates, nothing above U+10FFFF. */
final class Utf8 {
    private Utf8() {}

    /**
     * Bytes of the character of more than one byte that starts at {@code bytes[at]}, before {@code end}.
     *
     * @return 2 to 4, or 0 if there is no well-formed one
     */
    static int characterBytes(byte[] bytes, int at, int end) {
        int first = bytes[at] & 0xff;
        if (first < 0xc2 || first > 0xf4) {
            return 0;
        }
        int count = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        if (end - at < count) {
            return 0;
        }
        int second = bytes[at + 1] & 0xff;
        int secondMin = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        int secondMax = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (second < secondMin || second > secondMax) {
            return 0;
        }
        for (int i = at + 2; i < at + count; i++) {
            if ((bytes[i] & 0xc0) != 0x80) {
                return 0;
            }
        }
        return count;
    }
}
