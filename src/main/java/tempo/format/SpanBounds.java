package tempo.format;

/** What a span may hold while it is translated, since a few bytes of a hostile request become many in memory. */
public final class SpanBounds {
    /**
     * Attributes, events or links of a span, each; those beyond are counted as dropped. Far more than {@code limits} allow, so a span
     * that has them is refused.
     */
    public static final int ELEMENTS_MAX = 1 << 16;

    private SpanBounds() {}
}
