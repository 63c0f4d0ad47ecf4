package tempo.ingester.copies;

/** How held chunks are marked in the log of their holder, in the place of a tenant, which has no line feed. */
final class CopyLabel {
    private static final char MARK = '\n';

    private CopyLabel() {}

    static String of(String log) {
        return MARK + log;
    }

    /** Whether it is one, and no tenant. */
    static boolean is(String label) {
        return !label.isEmpty() && label.charAt(0) == MARK;
    }

    static String log(String label) {
        return label.substring(1);
    }
}
