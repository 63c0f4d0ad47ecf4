package tempo.querier;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tempo.span.MergedTrace;
import tempo.span.TraceMerge;

/** Collects what the places say of one trace, and notes what is missing. Not thread-safe; no clock and no I/O. */
final class TraceFragments {
    private final long bytesMax;
    private final Set<String> waitingFor = new TreeSet<>();
    private final List<byte[]> fragments = new ArrayList<>();
    private final List<String> sources = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private long bytes;
    private boolean tooLarge;

    TraceFragments(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** A place that has been asked. */
    void expect(String place) {
        waitingFor.add(place);
    }

    /** Something that cannot be asked. */
    void missing(String what) {
        missing.add(what);
    }

    /** Keeps a fragment, unless the answer would become too large. */
    void add(String source, byte[] otlp) {
        if (otlp.length == 0) {
            return;
        }
        if (bytes + otlp.length > bytesMax) {
            tooLarge = true;
            return;
        }
        bytes += otlp.length;
        fragments.add(otlp);
        sources.add(source);
    }

    /** A place has said everything. */
    void answered(String place, String source, List<String> failures) {
        waitingFor.remove(place);
        for (String failure : failures) {
            missing.add(source + ": " + failure);
        }
    }

    /** Whoever has not answered by now is missing. */
    void giveUp() {
        for (String place : waitingFor) {
            missing.add(place + " did not answer in time");
        }
        waitingFor.clear();
    }

    /** Bytes of the fragments so far. */
    long bytes() {
        return bytes;
    }

    /** True if the place has been asked and has not said everything. */
    boolean waitsFor(String place) {
        return waitingFor.contains(place);
    }

    /** True if nobody is waited for. */
    boolean complete() {
        return waitingFor.isEmpty();
    }

    /** The answer; takes time in proportion to the spans. */
    TraceAnswer merge() {
        MergedTrace merged = TraceMerge.merge(fragments);
        List<String> notes = new ArrayList<>(missing);
        for (MergedTrace.Failure failure : merged.failures()) {
            notes.add(sources.get(failure.fragment()) + ": " + failure.cause().getMessage());
        }
        if (tooLarge) {
            notes.add("trace has more than " + bytesMax + " bytes, the rest is left out");
        }
        return new TraceAnswer(merged.bytes(), merged.spanCount(), bytes, List.copyOf(notes), tooLarge);
    }
}
