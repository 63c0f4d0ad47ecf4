package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.spans.EntryDecoder;
import tempo.tempodb.spans.GroupDigest;
import tempo.tempodb.spans.SpanGroup;
import tempo.tempodb.spans.SpanGroupWriter;

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

    static SpansGroup decode(byte[] bytes, Segments segments, BlockPlace place) throws IOException {
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
                            segments.get(directory.segment(), place)),
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

    /** Prepares {@code target} for what is copied from here. */
    void teach(SpanGroupWriter target) throws CorruptBlockException {
        try {
            target.learn(columns);
        } catch (CorruptPageException e) {
            throw place.corrupt(String.valueOf(e.getMessage()));
        }
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
    Entries values() {
        return new Entries();
    }

    /** Decodes entry after entry. After damage it begins again with the next. */
    final class Entries extends Values {
        private EntryDecoder decoder = new EntryDecoder(columns);

        /** Of the whole group; negative as long as nobody asked. */
        private long groupBytes = -1;

        /** Copies the entry of a row behind the last one. */
        void copy(int row, SpanGroupWriter target) throws CorruptBlockException {
            try {
                decoder.copy(row, target);
            } catch (CorruptPageException e) {
                throw place.corrupt(String.valueOf(e.getMessage()));
            }
        }

        /** About the length of an entry's value: its share, by spans, of what all values of the group had. */
        int rawBytes(int row) throws CorruptBlockException {
            if (groupBytes < 0) {
                groupBytes = Math.min(summary().rawBytes(), Integer.MAX_VALUE);
            }
            int spans = columns.firstSpan(rows());
            if (spans == 0) {
                return (int) (groupBytes / rows());
            }
            long before = columns.firstSpan(row) * groupBytes / spans;
            return (int) (columns.firstSpan(row + 1) * groupBytes / spans - before);
        }

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
