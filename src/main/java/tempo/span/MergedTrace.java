package tempo.span;

import java.util.List;

/** What {@link TraceMerge} made of the fragments of a trace. */
public final class MergedTrace {
    private final byte[] bytes;
    private final int spanCount;
    private final int duplicateCount;
    private final int conflictCount;
    private final List<Failure> failures;

    MergedTrace(byte[] bytes, int spanCount, int duplicateCount, int conflictCount, List<Failure> failures) {
        this.bytes = bytes;
        this.spanCount = spanCount;
        this.duplicateCount = duplicateCount;
        this.conflictCount = conflictCount;
        this.failures = List.copyOf(failures);
    }

    /**
     * A fragment that was left out whole because its bytes are malformed.
     *
     * @param fragment its index, in the order of the calls of {@link TraceMerge#add}
     * @param cause what is wrong with it
     */
    public record Failure(int fragment, MalformedProtobufException cause) {}

    /** The trace as a serialized {@code TracesData}; empty if there is no span. Not a copy: treat as read-only. */
    public byte[] bytes() {
        return bytes;
    }

    /** Spans in {@link #bytes()}. */
    public int spanCount() {
        return spanCount;
    }

    /** Spans left out because an equal one is there. */
    public int duplicateCount() {
        return duplicateCount;
    }

    /** How many (span id, kind, start) have more than one span, different in content. */
    public int conflictCount() {
        return conflictCount;
    }

    /** The fragments that could not be read, by index; empty if the trace is made of all that was added. */
    public List<Failure> failures() {
        return failures;
    }
}
