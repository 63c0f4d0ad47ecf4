package tempo.tempodb.column;

/**
 * What the patterns of a stored dictionary are in one that is being made, each added to it when it is first asked for. Not
 * thread-safe.
 */
public final class PatternCodes {
    private final TextPatterns from;
    private final TextDictionary to;

    /** By code in {@code from}: the code in {@code to} and 1, 0 as long as nobody asked. */
    private final int[] known;

    /** Codes of nothing so far. */
    public PatternCodes(TextPatterns from, TextDictionary to) {
        this.from = from;
        this.to = to;
        this.known = new int[from.size()];
    }

    int of(int code) {
        int found = known[code];
        return found != 0 ? found - 1 : find(code);
    }

    private int find(int code) {
        byte[] pattern = from.pattern(code);
        int found = to.code(pattern, 0, pattern.length, from.slots(code));
        known[code] = found + 1;
        return found;
    }
}
