package tempo.ingester;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tempo.span.SliceBatch;

/**
 * The node's finished traces that are not in a committed block yet, as references into the write-ahead log, in one open
 * generation per tenant and any number of generations that wait to be cut, are being cut, or were committed a short while ago.
 * It belongs to the node; only the head block actor uses it. No clock and no I/O.
 */
final class HeadTraces {
    private final IngesterConfig config;
    private final long retainMillis;
    private final Map<String, Generation> open = new HashMap<>();
    private final List<Generation> closed = new ArrayList<>();
    private @Nullable Generation beingCut;
    private long held;
    private long heldReported;

    /** As in {@link LiveTraces}: how long a committed generation is kept for queries that are under way. */
    HeadTraces(IngesterConfig config, long retainMillis) {
        this.config = config;
        this.retainMillis = retainMillis;
    }

    /** Traces of one tenant that become one block. Does not change once it is closed, so the cut may read it in its own thread. */
    static final class Generation {
        final String tenant;
        final TraceTable<HeadTrace> traces = new TraceTable<>();
        final long openedMillis;
        long bytes;
        long spans;
        long committedMillis = -1;
        long retryMillis;

        /** Set by the cutting thread once the block is committed. */
        volatile BlockCut.@Nullable Result cut;

        Generation(String tenant, long openedMillis) {
            this.tenant = tenant;
            this.openedMillis = openedMillis;
        }
    }

    /** A trace and its slices. */
    static final class HeadTrace {
        final long keyHigh;
        final long keyLow;
        final SliceRefs refs = new SliceRefs();

        HeadTrace(long keyHigh, long keyLow) {
            this.keyHigh = keyHigh;
            this.keyLow = keyLow;
        }
    }

    /**
     * Takes finished traces over.
     *
     * @param again the same traces may have been taken before; what is known already is left out
     */
    void add(List<LiveTrace> traces, boolean again, long nowMillis) {
        for (LiveTrace trace : traces) {
            if (again && knows(trace)) {
                continue;
            }
            add(trace.tenant, trace.keyHigh, trace.keyLow, trace.refs, trace.bytes, trace.spans, nowMillis);
        }
    }

    /** Takes all slices of a batch that the log holds at {@code position}. */
    void add(String tenant, ByteBuffer batch, long position, long nowMillis) {
        for (int slice = 0; slice < SliceBatch.sliceCount(batch); slice++) {
            SliceRefs refs = new SliceRefs();
            refs.add(SliceRefs.ref(position, slice));
            add(
                    tenant,
                    SliceBatch.keyHigh(batch, slice),
                    SliceBatch.keyLow(batch, slice),
                    refs,
                    SliceBatch.sliceBytes(batch, slice),
                    SliceBatch.sliceSpans(batch, slice),
                    nowMillis);
        }
    }

    private void add(String tenant, long keyHigh, long keyLow, SliceRefs refs, long bytes, int spans, long nowMillis) {
        Generation generation = open.computeIfAbsent(tenant, name -> new Generation(name, nowMillis));
        HeadTrace head = generation.traces.get(keyHigh, keyLow);
        if (head == null) {
            head = new HeadTrace(keyHigh, keyLow);
            generation.traces.put(keyHigh, keyLow, head);
            held++;
        }
        head.refs.addAll(refs);
        generation.bytes += bytes;
        generation.spans += spans;
        if (generation.bytes >= config.headBytesMax() || generation.traces.size() >= config.headTracesMax()) {
            open.remove(tenant);
            closed.add(generation);
        }
    }

    private boolean knows(LiveTrace trace) {
        long wanted = trace.refs.get(0);
        for (Generation generation : closed) {
            if (generation.tenant.equals(trace.tenant) && holds(generation, trace, wanted)) {
                return true;
            }
        }
        Generation generation = open.get(trace.tenant);
        return generation != null && holds(generation, trace, wanted);
    }

    /** A trace is handed over whole, so its first slice stands for all. */
    private static boolean holds(Generation generation, LiveTrace trace, long wanted) {
        HeadTrace head = generation.traces.get(trace.keyHigh, trace.keyLow);
        if (head == null) {
            return false;
        }
        for (int i = 0; i < head.refs.count(); i++) {
            if (head.refs.get(i) == wanted) {
                return true;
            }
        }
        return false;
    }

    /** The slices of a trace in all generations. */
    SliceRefs find(String tenant, long high, long low) {
        SliceRefs found = new SliceRefs();
        for (Generation generation : closed) {
            if (generation.tenant.equals(tenant)) {
                addRefs(generation, high, low, found);
            }
        }
        Generation generation = open.get(tenant);
        if (generation != null) {
            addRefs(generation, high, low, found);
        }
        return found;
    }

    private static void addRefs(Generation generation, long high, long low, SliceRefs found) {
        HeadTrace head = generation.traces.get(high, low);
        if (head != null) {
            found.addAll(head.refs);
        }
    }

    /** Closes the open generations that are old enough, and forgets committed ones that no query can need. */
    void expire(long nowMillis) {
        closed.removeIf(generation -> {
            boolean forget = generation.committedMillis >= 0 && nowMillis - generation.committedMillis >= retainMillis;
            held -= forget ? generation.traces.size() : 0;
            return forget;
        });
        long age = config.headAge().toMillis();
        List<Generation> old = open.values().stream()
                .filter(generation -> nowMillis - generation.openedMillis >= age)
                .toList();
        for (Generation generation : old) {
            open.remove(generation.tenant);
            closed.add(generation);
        }
    }

    /** Closes all open generations. */
    void closeAll() {
        closed.addAll(open.values());
        open.clear();
    }

    /** The generation to cut next, which from now on counts as being cut; null while one is, or if none is to be cut yet. */
    @Nullable
    Generation startCut(long nowMillis) {
        if (beingCut != null) {
            return null;
        }
        for (Generation generation : closed) {
            if (generation.committedMillis < 0 && generation.retryMillis <= nowMillis) {
                beingCut = generation;
                return generation;
            }
        }
        return null;
    }

    /** The cut has ended with a committed block. */
    void committed(Generation generation, long nowMillis) {
        if (generation.committedMillis < 0) {
            generation.committedMillis = nowMillis;
        }
        endCut(generation);
    }

    /** The cut has failed and is to be tried again at {@code retryMillis}. */
    void cutFailed(Generation generation, long retryMillis) {
        generation.retryMillis = retryMillis;
        endCut(generation);
    }

    /**
     * The actor has failed and may have lost the news of how its cut ended: the generation is offered once more. A second cut of
     * what is committed does nothing.
     */
    void forgetCut() {
        beingCut = null;
    }

    private void endCut(Generation generation) {
        if (beingCut == generation) {
            beingCut = null;
        }
    }

    /** True if nothing waits for a block. */
    boolean allCommitted() {
        return open.isEmpty() && closed.stream().allMatch(generation -> generation.committedMillis >= 0);
    }

    /** By how many the traces that take memory here, committed or not, have changed since the last call. */
    long heldChange() {
        long change = held - heldReported;
        heldReported = held;
        return change;
    }

    /** Bytes, as received, that are not in a committed block. */
    long bytes() {
        return waiting().mapToLong(generation -> generation.bytes).sum();
    }

    /** Traces that are not in a committed block. */
    long traces() {
        return waiting().mapToLong(generation -> generation.traces.size()).sum();
    }

    private Stream<Generation> waiting() {
        return Stream.concat(open.values().stream(), closed.stream())
                .filter(generation -> generation.committedMillis < 0);
    }
}
