package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.spans.EntryDecoder;
import tempo.tempodb.spans.GroupDigest;
import tempo.tempodb.spans.SpanGroup;

/** A group of spans as columns. Immutable. */
final class SpansGroup extends Group {
    private final byte[] bytes;
    private final GroupHeader.Directory directory;
    private final SpanGroup columns;
    private final BlockPlace place;

    private SpansGroup(byte[] bytes, GroupHeader.Directory directory, SpanGroup columns, BlockPlace place) {
        this.bytes = bytes;
        this.directory = directory;
        this.columns = columns;
        this.place = place;
    }

    static SpansGroup decode(byte[] bytes, SegmentTable segments, BlockSource source, BlockPlace place)
            throws IOException {
        GroupHeader.Directory directory = GroupHeader.decodeSpans(bytes, place);
        try {
            return new SpansGroup(
                    bytes,
                    directory,
                    SpanGroup.decode(
                            bytes,
                            directory.offset(),
                            directory.length(),
                            directory.pagesAt(),
                            segments.get(directory.segment(), source, place)),
                    place);
        } catch (CorruptPageException e) {
            throw place.corrupt(String.valueOf(e.getMessage()));
        }
    }

    /** The columns, for scans. */
    SpanGroup columns() {
        return columns;
    }

    /** Checks the checksums of all pages. */
    void checkPages() throws CorruptBlockException {
        try {
            columns.checkPages();
        } catch (CorruptPageException e) {
            throw place.corrupt(String.valueOf(e.getMessage()));
        }
    }

    /** What a strip holds of the group, whose blooms are given. */
    GroupDigest digest(byte[] blooms) throws CorruptBlockException {
        try {
            return GroupDigest.of(columns, blooms);
        } catch (CorruptPageException e) {
            throw place.corrupt(String.valueOf(e.getMessage()));
        }
    }

    GroupSummary summary() throws CorruptBlockException {
        return GroupHeader.summary(bytes, place);
    }

    /** The page directory, without the number of the segment. */
    ByteBuffer directoryBytes() {
        return ByteBuffer.wrap(bytes, directory.offset(), directory.length());
    }

    /** All pages, one behind the other. */
    ByteBuffer pageBytes() {
        return ByteBuffer.wrap(bytes, directory.pagesAt(), bytes.length - directory.pagesAt());
    }

    @Override
    int rows() {
        return columns.entries();
    }

    @Override
    long keyHigh(int row) {
        return columns.keyHigh(row);
    }

    @Override
    long keyLow(int row) {
        return columns.keyLow(row);
    }

    @Override
    int spans(int row) {
        return columns.firstSpan(row + 1) - columns.firstSpan(row);
    }

    @Override
    Values values() {
        return new Decoded();
    }

    /** Decodes entry after entry. After damage it begins again with the next. */
    private final class Decoded extends Values {
        private EntryDecoder decoder = new EntryDecoder(columns);

        @Override
        byte[] read(int row) throws CorruptBlockException {
            try {
                return decoder.read(row);
            } catch (CorruptPageException e) {
                decoder = new EntryDecoder(columns);
                throw place.corrupt(String.valueOf(e.getMessage()));
            }
        }

        @Override
        int behind(int damaged) {
            return damaged + 1;
        }

        @Override
        long oldest() {
            return decoder.oldest();
        }

        @Override
        long newest() {
            return decoder.newest();
        }
    }
}
