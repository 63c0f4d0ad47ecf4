package tempo.span;

/**
 * What one span may hold; whoever is over a limit is refused alone, nothing is truncated.
 *
 * @param spanBytesMax serialized size of a span; a resource or scope may have as much
 * @param attributeBytesMax serialized size of one attribute, key and value
 * @param attributesMax attributes of a span, an event, a link, a scope or a resource
 * @param eventsMax events of a span
 * @param linksMax links of a span
 */
public record SpanLimits(int spanBytesMax, int attributeBytesMax, int attributesMax, int eventsMax, int linksMax) {
    /** The defaults of reference.conf. */
    public static final SpanLimits DEFAULT = new SpanLimits(2 << 20, 1 << 20, 1024, 1024, 1024);

    public SpanLimits {
        if (spanBytesMax < 1024 || spanBytesMax > 3 << 20) {
            throw new IllegalArgumentException("span-bytes-max must be 1 KiB to 3 MiB but was " + spanBytesMax);
        }
        if (attributeBytesMax < 64 || attributeBytesMax > spanBytesMax) {
            throw new IllegalArgumentException(
                    "attribute-bytes-max must be 64 bytes to span-bytes-max but was " + attributeBytesMax);
        }
        if (attributesMax < 1 || eventsMax < 0 || linksMax < 0) {
            throw new IllegalArgumentException("attributes-max, events-max and links-max must not be negative");
        }
    }
}
