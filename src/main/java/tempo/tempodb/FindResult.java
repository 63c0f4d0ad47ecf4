package tempo.tempodb;

import java.util.List;

/**
 * What the stored blocks hold of one trace.
 *
 * @param values the values as they were added, in no order; the arrays are the caller's own
 * @param failures blocks that could not be read wholly; if there are any, values may be missing
 * @param blocksInspected blocks whose trace directory was asked
 * @param bytesRead bytes read from the store, tails included
 */
public record FindResult(List<byte[]> values, List<BlockFailure> failures, int blocksInspected, long bytesRead) {
    public FindResult {
        values = List.copyOf(values);
        failures = List.copyOf(failures);
    }

    /** False if something could not be read. */
    public boolean isComplete() {
        return failures.isEmpty();
    }
}
