package tempo.span;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An export request after splitting.
 *
 * @param batches one or more {@link SliceBatch}es for each range that has spans, in key order
 * @param accepted spans in the batches
 * @param refusedByReason spans left out, indexed by the ordinal of {@link Refusal}; not to be modified
 * @param refusedBytesByReason bytes of those spans, likewise
 * @param firstRefusal why the first refused span was left out, null if none was
 */
public record SplitRequest(
        List<RangeBatch> batches,
        int accepted,
        int[] refusedByReason,
        long[] refusedBytesByReason,
        @Nullable Refusal firstRefusal) {
    /**
     * One batch of one range.
     *
     * @param range the range that owns the batch's keys
     * @param batch a {@link SliceBatch}; never modified after it was made
     * @param slices how many slices it holds
     * @param spans how many spans it holds
     */
    public record RangeBatch(int range, byte[] batch, int slices, int spans) {}

    /** How many bytes the spans that were left out had. */
    public long refusedBytes() {
        long total = 0;
        for (long bytes : refusedBytesByReason) {
            total += bytes;
        }
        return total;
    }

    /** How many spans were left out. */
    public int refused() {
        int total = 0;
        for (int count : refusedByReason) {
            total += count;
        }
        return total;
    }
}
