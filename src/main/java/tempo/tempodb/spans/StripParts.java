package tempo.tempodb.spans;

/** The parts of a strip, by their place in it. */
public final class StripParts {
    /** Parts of a strip. */
    public static final int COUNT = 6;

    /** Most groups that a strip serves. */
    public static final int GROUPS_MAX = 64;

    public static final int TEMPLATES = 0;
    public static final int RESOURCES = 1;
    public static final int DURATIONS = 2;
    public static final int TIMES = 3;
    public static final int SUMMARY = 4;
    public static final int BLOOMS = 5;

    /** Fewer groups are read as fast as their strip. */
    static final int COLUMNS_GROUPS_MIN = 16;

    private StripParts() {}
}
