package tempo.span;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits an OTLP export request by trace id, in one pass over its wire format: spans are found, checked and grouped into one
 * {@link SliceBatch} per range; they are never materialised. Everything that OTLP does not define survives at every level
 * below the request itself. A request with varints that are longer than they have to be is written anew first
 * ({@link MinimalVarints}). One instance serves one thread, again and again.
 *
 * <p>A span that is refused costs nothing else; where the structure around the spans is broken the request is refused as a
 * whole, because what was meant cannot be known.
 */
public final class RequestSplitter {
    /** A batch is closed when it has this many bytes, so that it fits a message between nodes. */
    static final int BATCH_BYTES_TARGET = 512 << 10;

    private static final int INDEX_BITS = 22;
    private static final int SPANS_MAX = 1 << INDEX_BITS;
    private static final int SPANS_KEPT_BETWEEN_REQUESTS = 1 << 16;
    private static final int CONTEXTS_MAX = 1 << 16;
    private static final int TAG_LENGTH_DELIMITED_1 = 1 << 3 | 2;
    private static final int TAG_LENGTH_DELIMITED_2 = 2 << 3 | 2;

    private final int rangeCount;
    private final SpanCheck check;
    private final SpanTable spans = new SpanTable();
    private final ContextTable contexts = new ContextTable();
    private final MinimalVarints varints = new MinimalVarints();
    private final int[] refused = new int[Refusal.values().length];
    private final long[] refusedBytes = new long[Refusal.values().length];
    private @Nullable Refusal firstRefusal;

    private final WireReader reader = new WireReader(new byte[0]);
    private byte[] bytes = new byte[0];

    /**
     * A splitter for a key space of {@code rangeCount} ranges.
     *
     * @param rangeCount 1 to 65,536
     */
    public RequestSplitter(int rangeCount, SpanLimits limits) {
        this.rangeCount = rangeCount;
        this.check = new SpanCheck(limits);
    }

    /**
     * Splits the {@code ExportTraceServiceRequest} (or {@code TracesData}) in {@code source[offset..offset + length)}.
     *
     * @throws MalformedProtobufException if the structure around the spans is broken; names the byte, counted from the start
     *     of the request
     */
    public SplitRequest split(byte[] source, int offset, int length) throws MalformedProtobufException {
        reader.forgetPadded();
        check.forgetPadded();
        // Who pads lengths mostly pads all, so the first one tells.
        walk(source, offset, length, true);
        if (reader.sawPadded() || check.sawPadded()) {
            WireWriter minimal = varints.rewrite(source, offset, length);
            walk(minimal.buffer(), 0, minimal.size(), false);
        }
        return new SplitRequest(batches(), spans.count, refused.clone(), refusedBytes.clone(), firstRefusal);
    }

    private void walk(byte[] source, int offset, int length, boolean stopAtPadding) throws MalformedProtobufException {
        reset();
        bytes = source;
        reader.reset(source, offset, length);
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == TAG_LENGTH_DELIMITED_1) {
                int outer = reader.enter();
                if (stopAtPadding && reader.sawPadded()) {
                    return;
                }
                resourceSpans();
                reader.leave(outer);
            } else {
                reader.skipField(tag);
            }
        }
    }

    private void reset() {
        spans.reset(SPANS_KEPT_BETWEEN_REQUESTS);
        contexts.reset();
        Arrays.fill(refused, 0);
        Arrays.fill(refusedBytes, 0);
        firstRefusal = null;
    }

    /** First the resource's own fields, then its spans: the fields may come in any order. */
    private void resourceSpans() throws MalformedProtobufException {
        int from = reader.position();
        int fieldsFrom = contexts.mark();
        boolean acceptable = ownFields(false);
        int fieldsTo = contexts.mark();
        reader.seek(from);
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == TAG_LENGTH_DELIMITED_2) {
                int outer = reader.enter();
                scopeSpans(fieldsFrom, fieldsTo, acceptable);
                reader.leave(outer);
            } else {
                reader.skipField(tag);
            }
        }
    }

    private void scopeSpans(int resourceFrom, int resourceTo, boolean resourceAcceptable)
            throws MalformedProtobufException {
        int from = reader.position();
        int fieldsFrom = contexts.mark();
        boolean acceptable = ownFields(true) && resourceAcceptable;
        if (contexts.count() == CONTEXTS_MAX) {
            throw reader.malformed("request has more than " + CONTEXTS_MAX + " scopes", from);
        }
        int context = contexts.add(resourceFrom, resourceTo, fieldsFrom, contexts.mark());
        reader.seek(from);
        while (reader.hasNext()) {
            int start = reader.position();
            int tag = reader.readTag();
            if (tag == TAG_LENGTH_DELIMITED_2) {
                int length = reader.readLength();
                int spanFrom = reader.position();
                span(start, spanFrom, spanFrom + length, context, acceptable);
                reader.skip(length);
            } else {
                reader.skipField(tag);
            }
        }
    }

    /**
     * Copies all fields of a ResourceSpans or ScopeSpans but the repeated one (field 2) to the context table.
     *
     * @return false if the resource or scope among them may not be stored
     */
    private boolean ownFields(boolean ofScope) throws MalformedProtobufException {
        boolean acceptable = true;
        while (reader.hasNext()) {
            int start = reader.position();
            int tag = reader.readTag();
            if (tag == TAG_LENGTH_DELIMITED_1) {
                int length = reader.readLength();
                int from = reader.position();
                Refusal refusal =
                        ofScope ? check.scope(bytes, from, from + length) : check.resource(bytes, from, from + length);
                acceptable &= refusal == null;
                reader.skip(length);
            } else {
                reader.skipField(tag);
            }
            if (tag != TAG_LENGTH_DELIMITED_2) {
                contexts.addField(bytes, start, reader.position());
            }
        }
        return acceptable;
    }

    private void span(int start, int from, int to, int context, boolean contextAcceptable) {
        Refusal refusal = contextAcceptable ? check.span(bytes, from, to) : Refusal.RESOURCE_REFUSED;
        if (refusal == null && spans.count >= SPANS_MAX) {
            refusal = Refusal.REQUEST_TOO_LARGE;
        }
        if (refusal != null) {
            refused[refusal.ordinal()]++;
            refusedBytes[refusal.ordinal()] += to - start;
            if (firstRefusal == null) {
                firstRefusal = refusal;
            }
            return;
        }
        TraceKey key = TraceKey.of(check.traceIdHigh, check.traceIdLow);
        spans.add(key.high(), key.low(), check.start, start, to, context);
    }

    private List<SplitRequest.RangeBatch> batches() {
        List<SplitRequest.RangeBatch> batches = new ArrayList<>();
        int[] order = spans.inKeyOrder();
        int count = spans.count;
        int from = 0;
        while (from < count) {
            int range = TraceKey.range(spans.keyHigh[order[from]], rangeCount);
            int slices = 0;
            long size = 0;
            int to = from;
            while (to < count) {
                int span = order[to];
                boolean newSlice = to == from || !spans.sameKey(span, order[to - 1]);
                if (newSlice) {
                    boolean full = slices == SliceBatch.SLICES_MAX || size > BATCH_BYTES_TARGET;
                    if (full || TraceKey.range(spans.keyHigh[span], rangeCount) != range) {
                        break;
                    }
                    slices++;
                } else if (size > BATCH_BYTES_TARGET) {
                    break;
                }
                size += spans.end[span] - spans.start[span];
                to++;
            }
            byte[] batch = new SliceBatchWriter(bytes, spans, contexts).write(order, from, to, slices);
            batches.add(new SplitRequest.RangeBatch(range, batch, slices, to - from));
            from = to;
        }
        return batches;
    }
}
