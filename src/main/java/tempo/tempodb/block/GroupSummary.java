package tempo.tempodb.block;

/**
 * What a group's header and the group table both say of a group.
 *
 * @param newTraces keys that begin in this group: its first key does not count if the previous group ends with it
 * @param startMin oldest span start, unix nanoseconds
 */
record GroupSummary(
        long firstHigh,
        long firstLow,
        long lastHigh,
        long lastLow,
        int entries,
        int newTraces,
        long spans,
        long rawBytes,
        long startMin,
        long startMax) {
    /** The same, but for the traces that begin in it, which depend on the group before. */
    GroupSummary withNewTraces(int traces) {
        return new GroupSummary(
                firstHigh, firstLow, lastHigh, lastLow, entries, traces, spans, rawBytes, startMin, startMax);
    }
}
