package tempo.tempodb.block;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import tempo.span.TraceKey;
import tempo.tempodb.spans.StripParts;

/**
 * Checks every promise of the format on one block: each checksum, each value and its spans, the order of keys, what tables, directory and
 * commit record say of the groups, strips, and the copy of the commit record. For one thread.
 */
public final class BlockCheck {
    private static final int PROBLEMS_MAX = 1000;

    private final BlockMeta meta;
    private final BlockSource source;
    private final LongConsumer progress;
    private final List<String> problems = new ArrayList<>();
    private long traces;
    private long entries;
    private long spans;
    private long startMin = Long.MAX_VALUE;
    private long startMax = Long.MIN_VALUE;
    private TraceKey last = new TraceKey(0, 0);

    private BlockCheck(BlockMeta meta, BlockSource source, LongConsumer progress) {
        this.meta = meta;
        this.source = source;
        this.progress = progress;
    }

    /**
     * What was found.
     *
     * @param problems broken promises, in a sentence each, at most 1,000; empty if all is well
     */
    public record Report(long groups, long traces, long entries, long spans, List<String> problems) {
        public boolean isSound() {
            return problems.isEmpty();
        }
    }

    /**
     * Reads the whole block.
     *
     * @param source of its data object, which has {@code bytes} bytes
     * @param progress is told how many bytes were checked since it was told last
     * @throws IOException if the source fails; damage is reported, and does not end the check
     */
    public static Report run(BlockMeta meta, BlockSource source, long bytes, LongConsumer progress) throws IOException {
        BlockCheck check = new BlockCheck(meta, source, progress);
        long groups = check.all(bytes);
        return new Report(groups, check.traces, check.entries, check.spans, List.copyOf(check.problems));
    }

    private long all(long bytes) throws IOException {
        if (bytes != meta.summary().dataBytes()) {
            problem("data object must be of " + meta.summary().dataBytes() + " bytes but is of " + bytes);
        }
        attempt(this::checkFileHeader);
        attempt(this::checkCopy);
        BlockReader[] opened = new BlockReader[1];
        attempt(() -> opened[0] = BlockReader.open(meta, source));
        if (opened[0] == null) {
            return 0;
        }
        BlockTail tail = opened[0].tail();
        progress.accept(meta.summary().tailBytes());
        checkSegments(opened[0], tail.segments());
        for (int group = 0; group < tail.groups().groups(); group++) {
            int number = group;
            attempt(() -> checkGroup(opened[0], number));
            progress.accept(tail.groups().length(group));
        }
        checkStrips(opened[0], tail.strips());
        checkSummary();
        return tail.groups().groups();
    }

    private void checkFileHeader() throws IOException {
        byte[] expected = BlockLayout.fileHeader(meta.blockId()).array();
        if (!Arrays.equals(source.read(0, expected.length), expected)) {
            problem("data object does not begin with the header of this block");
        }
    }

    private void checkCopy() throws IOException {
        BlockMeta copy =
                RecordCopy.read(meta.spec().metaName(), source, meta.summary().dataBytes());
        if (!copy.equals(meta)) {
            problem("copy of the commit record says something else than the commit record");
        }
    }

    private void checkSegments(BlockReader reader, SegmentTable segments) throws IOException {
        for (int i = 0; i < segments.count(); i++) {
            int number = i;
            attempt(() -> reader.segment(number));
            progress.accept(segments.length(i));
        }
    }

    private void checkGroup(BlockReader reader, int number) throws IOException {
        GroupTable table = reader.tail().groups();
        Group group = reader.readGroup(number);
        if (group instanceof SpansGroup columns) {
            columns.checkPages();
        } else if (group instanceof OpaqueGroup frames) {
            frames.checkFrames();
        }
        long groupSpans = 0;
        Group.Values values = group.values();
        for (int row = 0; row < group.rows(); row++) {
            TraceKey key = new TraceKey(group.keyHigh(row), group.keyLow(row));
            int order = entries == 0 ? -1 : last.compareTo(key);
            if (order > 0) {
                problem("group " + number + ": key " + key + " comes behind " + last);
            }
            if (order != 0) {
                traces++;
                checkDirectory(reader, key);
            }
            last = key;
            entries++;
            values.read(row);
            groupSpans += group.spans(row);
            if (group.spans(row) > 0) {
                long oldest = BlockWriter.clampedToSigned(values.oldest());
                startMin = Math.min(startMin, oldest);
                startMax = Math.max(startMax, Math.max(oldest, BlockWriter.clampedToSigned(values.newest())));
            }
        }
        spans += groupSpans;
        boolean placed = table.firstHigh(number) == group.keyHigh(0)
                && table.firstLow(number) == group.keyLow(0)
                && table.lastHigh(number) == last.high()
                && table.lastLow(number) == last.low();
        if (!placed) {
            problem("group " + number + ": group table has other keys than the group");
        }
        if (meta.spec().content() == BlockContent.SPANS && table.spans(number) != groupSpans) {
            problem("group " + number + ": group table says " + table.spans(number) + " spans, but there are "
                    + groupSpans);
        }
    }

    private void checkDirectory(BlockReader reader, TraceKey key) throws IOException {
        if (!reader.mayHold(key)) {
            problem("trace directory excludes key " + key + ", which is there");
        }
    }

    private void checkStrips(BlockReader reader, StripTable strips) throws IOException {
        for (int strip = 0; strip < strips.strips(); strip++) {
            int number = strip;
            SpanColumns columns = reader.columns();
            attempt(() -> columns.summary(number));
            attempt(() -> columns.blooms(number));
            for (int part = StripParts.TEMPLATES; columns.hasColumns(number) && part <= StripParts.TIMES; part++) {
                int each = part;
                attempt(() -> columns.column(number, each));
            }
        }
    }

    private void checkSummary() {
        if (!problems.isEmpty()) {
            return;
        }
        BlockSummary summary = meta.summary();
        expect("traces", summary.traces(), traces);
        expect("entries", summary.entries(), entries);
        if (meta.spec().content() == BlockContent.SPANS) {
            expect("spans", summary.spans(), spans);
            if (startMin < summary.startMin() || startMax > summary.startMax()) {
                problem("commit record says that spans start from " + summary.startMin() + " to " + summary.startMax()
                        + ", but they do from " + startMin + " to " + startMax);
            }
        }
        if (!summary.keyMax().equals(last)) {
            problem("commit record says that the last key is " + summary.keyMax() + ", but it is " + last);
        }
    }

    private void expect(String what, long said, long found) {
        if (said != found) {
            problem("commit record says " + said + " " + what + ", but there are " + found);
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /** Damage is a problem and no failure. */
    private void attempt(Step step) throws IOException {
        try {
            step.run();
        } catch (CorruptBlockException | UnsupportedBlockException e) {
            problem(String.valueOf(e.getMessage()));
        } catch (EOFException e) {
            problem("data object is cut off: " + e.getMessage());
        } catch (NoSuchFileException e) {
            problem("data object is missing");
        }
    }

    private void problem(String sentence) {
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(sentence);
        }
    }
}
