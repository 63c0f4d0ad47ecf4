package tempo.tempodb.column;

/** Names of pages' encodings, for people to read. */
public final class PageEncoding {
    private static final String[] NUMBERS = {
        "constant", "frame", "delta", "class", "zigzag", "bytes", "raw", "class+zstd", "zigzag+zstd", "decimal"
    };
    private static final String[] TEXTS = {"plain", "patterns", "lines"};

    private PageEncoding() {}

    /**
     * The encoding that a page's first byte says; see {@link LongPage} and {@link TextColumn}.
     *
     * @param isText whether it is a page of texts
     */
    public static String of(int firstByte, boolean isText) {
        String[] names = isText ? TEXTS : NUMBERS;
        return firstByte >= 0 && firstByte < names.length ? names[firstByte] : "unknown " + firstByte;
    }
}
