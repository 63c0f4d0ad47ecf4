package tempo.tempodb.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tempo.span.MergedTrace;
import tempo.span.TraceKey;
import tempo.span.TraceMerge;

/**
 * Merges blocks of the same content into one, as a stream in key order. A group of columns whose keys meet no other input is
 * copied as it is, with its segment. Of other groups, a trace that is one entry in all inputs is copied column by column; the
 * entries of any other become one, in which equal spans are one span. A trace too large for that becomes several entries, in which
 * equal spans are one likewise, as far as {@link DigestSet} remembers. Opaque values of a key stay as they are, equal ones once.
 * Holds one group of each input, the trace at hand, and what a {@link BlockWriter} holds. For one thread.
 */
public final class BlockMerge {
    /** Entries of a trace of more bytes than this together are not made one. */
    private static final int MERGED_BYTES_MAX = 8 << 20;

    private final BlockContent content;
    private final List<MergeInput> inputs = new ArrayList<>();
    private final BlockWriter target;
    private final Predicate<TraceKey> keeps;
    private long groupsCopied;
    private long spansCopied;

    private BlockMerge(List<BlockReader> readers, BlockWriter target, Predicate<TraceKey> keeps) {
        this.content = readers.get(0).tail().content();
        this.target = target;
        this.keeps = keeps;
        for (BlockReader reader : readers) {
            if (reader.tail().content() != content) {
                throw new IllegalArgumentException("blocks of " + content + " cannot be merged with blocks of "
                        + reader.tail().content());
            }
            inputs.add(new MergeInput(reader, target));
        }
    }

    /**
     * What a merge did.
     *
     * @param groupsCopied groups that were taken over as they were
     * @param spansCopied spans in these
     */
    public record Result(long groupsCopied, long spansCopied) {}

    /**
     * Adds everything that is in {@code readers}, at least one, to {@code target}, an empty block of the same content.
     *
     * @param keeps false for the traces to be left out
     * @throws CorruptBlockException if an input is damaged; the target is of no use then
     * @throws IOException if reading or writing fails
     */
    public static Result run(List<BlockReader> readers, BlockWriter target, Predicate<TraceKey> keeps)
            throws IOException {
        BlockMerge merge = new BlockMerge(readers, target, keeps);
        merge.run();
        return new Result(merge.groupsCopied, merge.spansCopied);
    }

    private void run() throws IOException {
        while (true) {
            MergeInput first = firstBut(null);
            if (first == null) {
                return;
            }
            if (first.mayCopyGroup() && isApart(first)) {
                spansCopied += first.copyGroup();
                groupsCopied++;
            } else {
                first.openGroup();
                MergeInput second = firstBut(first);
                if (mayCopyEntry(first, second)) {
                    copyEntries(first, second);
                } else {
                    mergeTrace(first.keyHigh(), first.keyLow());
                }
            }
        }
    }

    /** The input with the least key, not counting {@code excluded}; null if all others are at their end. */
    private @Nullable MergeInput firstBut(@Nullable MergeInput excluded) {
        MergeInput first = null;
        for (MergeInput input : inputs) {
            if (input != excluded && input.hasNext() && (first == null || input.isBefore(first))) {
                first = input;
            }
        }
        return first;
    }

    /** True if the next trace of {@code first} is one entry, and none of the others, of which {@code second} is the first, has it. */
    private static boolean mayCopyEntry(MergeInput first, @Nullable MergeInput second) {
        return first.mayCopyEntry() && (second == null || first.isBefore(second));
    }

    /** Copies entries as long as the others have nothing to put between them. */
    private void copyEntries(MergeInput input, @Nullable MergeInput second) throws IOException {
        do {
            input.copyEntry(keeps.test(new TraceKey(input.keyHigh(), input.keyLow())));
        } while (mayCopyEntry(input, second));
    }

    /** True if all keys of the input's next group come before those of the others, and all of them are kept. */
    private boolean isApart(MergeInput input) throws IOException {
        for (MergeInput other : inputs) {
            if (other != input && other.hasNext() && !input.groupEndsBefore(other.keyHigh(), other.keyLow())) {
                return false;
            }
        }
        return input.groupIsAll(keeps);
    }

    private void mergeTrace(long high, long low) throws IOException {
        boolean kept = keeps.test(new TraceKey(high, low));
        List<MergeInput.Entry> entries = new ArrayList<>();
        DistinctValues distinct = null;
        long bytes = 0;
        for (MergeInput input : inputs) {
            while (input.isAt(high, low)) {
                input.openGroup();
                MergeInput.Entry entry = input.next();
                if (!kept) {
                    continue;
                }
                bytes += entry.value().length;
                entries.add(entry);
                if (distinct == null && bytes > MERGED_BYTES_MAX) {
                    distinct = new DistinctValues(high, low, content, target);
                }
                if (distinct != null) {
                    addAll(entries, distinct);
                }
            }
        }
        if (distinct != null) {
            distinct.finish();
        } else if (content == BlockContent.SPANS && entries.size() > 1) {
            addMerged(high, low, entries);
        } else if (entries.size() > 1) {
            addAll(entries, new DistinctValues(high, low, content, target));
        } else if (!entries.isEmpty()) {
            MergeInput.Entry only = entries.get(0);
            target.add(high, low, ByteBuffer.wrap(only.value()), only.spans(), only.oldest(), only.newest());
        }
    }

    private static void addAll(List<MergeInput.Entry> entries, DistinctValues distinct) throws IOException {
        for (MergeInput.Entry entry : entries) {
            distinct.add(entry);
        }
        entries.clear();
    }

    private void addMerged(long high, long low, List<MergeInput.Entry> entries) throws IOException {
        MergedTrace merged =
                TraceMerge.merge(entries.stream().map(MergeInput.Entry::value).toList());
        if (!merged.failures().isEmpty()) {
            throw new IOException("trace " + new TraceKey(high, low).traceId() + " cannot be merged: "
                    + merged.failures().get(0).cause().getMessage());
        }
        long oldest = Long.MAX_VALUE;
        long newest = Long.MIN_VALUE;
        for (MergeInput.Entry entry : entries) {
            oldest = Math.min(oldest, entry.oldest());
            newest = Math.max(newest, entry.newest());
        }
        target.add(high, low, ByteBuffer.wrap(merged.bytes()), merged.spanCount(), oldest, newest);
    }
}
