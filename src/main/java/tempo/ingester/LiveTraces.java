package tempo.ingester;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.span.SliceBatch;

/**
 * The live traces of one range: which slices of the write-ahead log belong to which trace, and when a trace is finished. A
 * finished trace is handed on to the head block, and stays findable here until the head block has confirmed it and no query can
 * be under way that asked the head block before. It belongs to the node, so that an actor that failed and restarts finds it
 * again; only that actor uses it. No clock and no I/O: time comes in as milliseconds.
 */
final class LiveTraces {
    private final IngesterConfig config;
    private final long retainMillis;
    private final Map<String, TraceTable<LiveTrace>> tenants = new HashMap<>();
    private final ArrayDeque<HandOver> handOvers = new ArrayDeque<>();
    private long nextHandOverId;
    private int liveCount;
    private int heldCount;
    private int heldReported;
    private long liveBytes;
    private int appendsPending;

    /** The range is being handed off; a restart of the actor does not undo that. */
    boolean leaving;

    /**
     * No traces yet.
     *
     * @param retainMillis how long after its confirmation a handed-on trace is kept: the longest time that a query may run
     */
    LiveTraces(IngesterConfig config, long retainMillis) {
        this.config = config;
        this.retainMillis = retainMillis;
    }

    /** Traces offered to the head block together, and whether and when it has confirmed them. */
    static final class HandOver {
        final long id;
        final List<LiveTrace> traces;
        final long sentMillis;
        long confirmedMillis = -1;

        HandOver(long id, List<LiveTrace> traces, long sentMillis) {
            this.id = id;
            this.traces = traces;
            this.sentMillis = sentMillis;
        }
    }

    /** Counts an append to the log whose end is not known yet. */
    void appendStarted() {
        appendsPending++;
    }

    /** The append has ended, well or not. */
    void appendEnded() {
        appendsPending--;
    }

    boolean appendsPending() {
        return appendsPending > 0;
    }

    /** The owner has stopped: what it waited for, it will not hear of any more. */
    void left() {
        leaving = false;
        appendsPending = 0;
    }

    /** Adds all slices of a batch that the log holds at {@code position}. */
    void add(String tenant, ByteBuffer batch, long position, long nowMillis) {
        TraceTable<LiveTrace> table = tenants.computeIfAbsent(tenant, name -> new TraceTable<>());
        int slices = SliceBatch.sliceCount(batch);
        for (int slice = 0; slice < slices; slice++) {
            long high = SliceBatch.keyHigh(batch, slice);
            long low = SliceBatch.keyLow(batch, slice);
            LiveTrace trace = table.get(high, low);
            if (trace == null || trace.handedOn) {
                LiveTrace again = new LiveTrace(tenant, high, low, nowMillis);
                again.previous = trace;
                table.put(high, low, again);
                trace = again;
                liveCount++;
                heldCount++;
            }
            trace.refs.add(SliceRefs.ref(position, slice));
            trace.lastMillis = nowMillis;
            int bytes = SliceBatch.sliceBytes(batch, slice);
            trace.bytes += bytes;
            trace.spans += SliceBatch.sliceSpans(batch, slice);
            liveBytes += bytes;
        }
    }

    /** The slices of a trace, handed on or not; empty if there are none. */
    SliceRefs find(String tenant, long high, long low) {
        SliceRefs found = new SliceRefs();
        TraceTable<LiveTrace> table = tenants.get(tenant);
        LiveTrace trace = table == null ? null : table.get(high, low);
        while (trace != null) {
            found.addAll(trace.refs);
            trace = trace.previous;
        }
        return found;
    }

    /**
     * Takes the traces that are idle, old or large, and forgets what was confirmed long enough ago.
     *
     * @return what to offer to the head block now; null if nothing is finished
     */
    @Nullable
    HandOver finish(long nowMillis) {
        forgetConfirmed(nowMillis);
        long idle = config.traceIdle().toMillis();
        long age = config.traceAge().toMillis();
        return handOver(nowMillis, idle, age);
    }

    /** Takes all traces. */
    @Nullable
    HandOver finishAll(long nowMillis) {
        forgetConfirmed(nowMillis);
        return handOver(nowMillis, Long.MIN_VALUE, Long.MIN_VALUE);
    }

    private @Nullable HandOver handOver(long nowMillis, long idleMillis, long ageMillis) {
        List<LiveTrace> finished = new ArrayList<>();
        for (TraceTable<LiveTrace> table : tenants.values()) {
            table.forEach(trace -> {
                if (!trace.handedOn
                        && (nowMillis - trace.lastMillis >= idleMillis
                                || nowMillis - trace.firstMillis >= ageMillis
                                || trace.bytes >= config.traceBytesMax())) {
                    finished.add(trace);
                }
            });
        }
        if (finished.isEmpty()) {
            return null;
        }
        for (LiveTrace trace : finished) {
            trace.handedOn = true;
            liveBytes -= trace.bytes;
        }
        liveCount -= finished.size();
        HandOver handOver = new HandOver(nextHandOverId++, finished, nowMillis);
        handOvers.add(handOver);
        return handOver;
    }

    /** The head block has the traces of a hand-over. */
    void confirmed(long handOverId, long nowMillis) {
        for (HandOver handOver : handOvers) {
            if (handOver.id == handOverId && handOver.confirmedMillis < 0) {
                handOver.confirmedMillis = nowMillis;
            }
        }
    }

    /** Hand-overs that were sent before {@code sentBeforeMillis} and have not been confirmed. */
    List<HandOver> unconfirmed(long sentBeforeMillis) {
        List<HandOver> missing = new ArrayList<>();
        for (HandOver handOver : handOvers) {
            if (handOver.confirmedMillis < 0 && handOver.sentMillis < sentBeforeMillis) {
                missing.add(handOver);
            }
        }
        return missing;
    }

    /** Traces that were not handed on. */
    int liveCount() {
        return liveCount;
    }

    /** By how many the traces that take memory here, handed on or not, have changed since the last call. */
    long heldChange() {
        long change = (long) heldCount - heldReported;
        heldReported = heldCount;
        return change;
    }

    /** Bytes in the log of traces that were not handed on. */
    long liveBytes() {
        return liveBytes;
    }

    /** How long after its confirmation a handed-on trace is kept. */
    long retainMillis() {
        return retainMillis;
    }

    /** Forgets everything: the range is handed over and the head block has confirmed all of it. */
    void clear() {
        tenants.clear();
        handOvers.clear();
        liveCount = 0;
        heldCount = 0;
        liveBytes = 0;
    }

    private void forgetConfirmed(long nowMillis) {
        while (true) {
            HandOver oldest = handOvers.peek();
            if (oldest == null || oldest.confirmedMillis < 0 || nowMillis - oldest.confirmedMillis < retainMillis) {
                return;
            }
            handOvers.remove();
            for (LiveTrace trace : oldest.traces) {
                forget(trace);
            }
        }
    }

    private void forget(LiveTrace trace) {
        heldCount--;
        TraceTable<LiveTrace> table = tenants.get(trace.tenant);
        LiveTrace newest = table == null ? null : table.get(trace.keyHigh, trace.keyLow);
        if (table == null || newest == null) {
            return;
        }
        if (newest == trace) {
            table.remove(trace.keyHigh, trace.keyLow);
            if (table.size() == 0) {
                tenants.remove(trace.tenant);
            }
            return;
        }
        // Hand-overs are forgotten in the order in which they were made, so the one to forget is the last of the chain.
        LiveTrace newer = newest;
        while (newer != null && newer.previous != trace) {
            newer = newer.previous;
        }
        if (newer != null) {
            newer.previous = null;
        }
    }
}
