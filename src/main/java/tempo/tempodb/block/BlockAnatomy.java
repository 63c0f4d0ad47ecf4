package tempo.tempodb.block;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import tempo.span.TraceKey;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.spans.ColumnCensus;
import tempo.tempodb.spans.Segment;
import tempo.tempodb.spans.StripParts;

/**
 * What a block is made of, and what each of its parts takes, for who wants to know. Parts that are damaged are left out, and
 * {@link #failures} names them.
 *
 * @param sections the kinds of parts of the data object, in the order of the format; their bytes are all of the object
 * @param segments tables that groups share; empty of a block that is not of spans
 * @param groups of entries, in the order of their keys
 * @param columns what each column takes; empty of a block that is not of spans
 * @param failures parts that could not be read, in a sentence each
 */
public record BlockAnatomy(
        List<Section> sections,
        List<SegmentPart> segments,
        List<GroupPart> groups,
        List<ColumnCensus.Column> columns,
        List<String> failures) {
    private static final String[] STRIP_PARTS = {"templates", "resources", "durations", "times", "summary", "blooms"};

    /** A kind of part of the data object. */
    public record Section(String name, long count, long bytes) {}

    /**
     * A segment.
     *
     * @param groups how many groups need it
     * @param templates the templates of its spans, events and links
     */
    public record SegmentPart(
            int number,
            long offset,
            int bytes,
            int groups,
            int columns,
            int resources,
            int scopes,
            List<ColumnCensus.Template> templates) {}

    /** A group. */
    public record GroupPart(
            int number, long offset, int bytes, int segment, long spans, TraceKey firstKey, TraceKey lastKey) {}

    /**
     * Takes a block apart: reads its tail, its segments and all its groups, one after the other.
     *
     * @param progress is told how many bytes were read since it was told last
     * @throws CorruptBlockException if the tail is damaged
     * @throws IOException if the source fails
     */
    public static BlockAnatomy of(BlockMeta meta, BlockSource source, LongConsumer progress) throws IOException {
        BlockReader reader = BlockReader.open(meta, source);
        BlockTail tail = reader.tail();
        progress.accept(meta.summary().tailBytes());
        List<String> failures = new ArrayList<>();
        ColumnCensus census = new ColumnCensus();
        List<SegmentPart> segments = new ArrayList<>();
        int[] uses = new int[tail.segments().count()];
        List<GroupPart> groups = groups(tail, uses);
        for (int number = 0; number < uses.length; number++) {
            try {
                Segment segment = reader.segment(number);
                census.add(segment);
                segments.add(part(number, tail, uses[number], segment));
            } catch (CorruptBlockException e) {
                failures.add(String.valueOf(e.getMessage()));
            } catch (CorruptPageException e) {
                failures.add("segment " + number + ": " + e.getMessage());
            }
            progress.accept(tail.segments().length(number));
        }
        for (GroupPart group : groups) {
            try {
                if (reader.readGroup(group.number()) instanceof SpansGroup columns) {
                    census.add(columns.columns());
                }
            } catch (CorruptBlockException e) {
                failures.add(String.valueOf(e.getMessage()));
            } catch (CorruptPageException e) {
                failures.add("group " + group.number() + ": " + e.getMessage());
            }
            progress.accept(group.bytes());
        }
        return new BlockAnatomy(
                sections(meta, tail, segments, groups, failures), segments, groups, census.columns(), failures);
    }

    private static List<GroupPart> groups(BlockTail tail, int[] uses) {
        GroupTable table = tail.groups();
        List<GroupPart> groups = new ArrayList<>();
        for (int i = 0; i < table.groups(); i++) {
            int segment = table.segment(i);
            if (segment < uses.length) {
                uses[segment]++;
            }
            groups.add(new GroupPart(
                    i,
                    table.offset(i),
                    table.length(i),
                    segment,
                    table.spans(i),
                    new TraceKey(table.firstHigh(i), table.firstLow(i)),
                    new TraceKey(table.lastHigh(i), table.lastLow(i))));
        }
        return groups;
    }

    private static SegmentPart part(int number, BlockTail tail, int uses, Segment segment) throws CorruptPageException {
        return new SegmentPart(
                number,
                tail.segments().offset(number),
                tail.segments().length(number),
                uses,
                segment.columnCount(),
                segment.resourceCount(),
                segment.scopeCount(),
                ColumnCensus.templates(segment));
    }

    private static List<Section> sections(
            BlockMeta meta, BlockTail tail, List<SegmentPart> segments, List<GroupPart> groups, List<String> failures) {
        List<Section> sections = new ArrayList<>();
        sections.add(new Section("file header", 1, BlockLayout.FILE_HEADER_BYTES));
        sections.add(new Section(
                "groups",
                groups.size(),
                groups.stream().mapToLong(GroupPart::bytes).sum()));
        int count = tail.segments().count();
        long segmentBytes = (long) count * BlockLayout.SEGMENT_HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            segmentBytes += tail.segments().length(i);
        }
        sections.add(new Section("segments", count, segmentBytes));
        StripTable strips = tail.strips();
        for (int part = 0; part < StripParts.COUNT; part++) {
            long bytes = 0;
            for (int strip = 0; strip < strips.strips(); strip++) {
                bytes += strips.length(strip, part);
            }
            sections.add(new Section("strips: " + STRIP_PARTS[part], strips.strips(), bytes));
        }
        DirectoryTable directory = tail.directory();
        sections.add(new Section("trace directory", directory.frames(), directory.bytes()));
        sections.add(new Section("tail", 1, meta.summary().tailBytes()));
        long known = sections.stream().mapToLong(Section::bytes).sum();
        sections.add(
                new Section("alignment, commit record's copy", 1, meta.summary().dataBytes() - known));
        return sections;
    }
}
