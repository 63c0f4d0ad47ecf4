package tempo.tempodb.spans;

/** Numbers of a group's pages, in the order in which they stand: first what every search needs, then ids, then values. */
final class Pages {
    /** Keys of the entries, 16 bytes each, big-endian. */
    static final int KEYS = 1;

    /** Spans of each entry. */
    static final int SPAN_COUNTS = 2;

    /** The oldest start in each entry, unix nanoseconds; what the starts of its roots count from. */
    static final int BASES = 3;

    /** Template of each span. */
    static final int TEMPLATES = 4;

    /** Resource of each span: 0 if it is its parent's, else its number and 1. */
    static final int RESOURCES = 5;

    /** Depth of each span. */
    static final int DEPTHS = 6;

    /** Start of each span that has one, from its parent's or from the base. */
    static final int STARTS = 7;

    /** End of each span that has one, from its start, or from the base if it has none. */
    static final int DURATIONS = 8;

    /** Events of each span whose shape has some. */
    static final int EVENT_COUNTS = 9;

    /** Links of each span whose shape has some. */
    static final int LINK_COUNTS = 10;

    /** Template of each event. */
    static final int EVENT_TEMPLATES = 11;

    /** Time of each event that has one, from what its span's duration counts from. */
    static final int EVENT_TIMES = 12;

    /** Template of each link. */
    static final int LINK_TEMPLATES = 13;

    /** Span ids, as big-endian numbers. */
    static final int SPAN_IDS = 14;

    /** Parent ids of the roots that have one. */
    static final int OUTER_PARENT_IDS = 15;

    static final int LINK_TRACE_ID_HIGHS = 16;
    static final int LINK_TRACE_ID_LOWS = 17;
    static final int LINK_SPAN_IDS = 18;

    /** The segment's columns follow: column n is page {@code COLUMNS + n}. */
    static final int COLUMNS = 32;

    /** More columns than a segment can have. */
    static final int PAGE_NUMBERS_MAX = 1 << 24;

    private static final String[] NAMES = {
        "",
        "keys",
        "span counts",
        "bases",
        "templates",
        "resources",
        "depths",
        "starts",
        "durations",
        "event counts",
        "link counts",
        "event templates",
        "event times",
        "link templates",
        "span ids",
        "outer parent ids",
        "link trace id highs",
        "link trace id lows",
        "link span ids"
    };

    private Pages() {}

    /** The name of a page that every group can have. */
    static String name(int page) {
        return page > 0 && page < NAMES.length ? NAMES[page] : "page " + page;
    }
}
