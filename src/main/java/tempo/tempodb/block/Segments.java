package tempo.tempodb.block;

import java.io.IOException;
import tempo.tempodb.spans.Segment;

/** The segments of one block, for who decodes its groups. Thread-safe if the source is. */
final class Segments {
    private final SegmentTable table;
    private final BlockSource source;
    private final DecodedParts parts;

    Segments(SegmentTable table, BlockSource source, DecodedParts parts) {
        this.table = table;
        this.source = source;
        this.parts = parts;
    }

    /** A segment, read if it is not in memory; errors are of {@code place}, which needs it. */
    Segment get(int number, BlockPlace place) throws IOException {
        return table.get(number, source, parts, place);
    }

    /** The bytes of a segment, checked. */
    byte[] read(int number, BlockPlace place) throws IOException {
        return table.read(number, source, place);
    }
}
