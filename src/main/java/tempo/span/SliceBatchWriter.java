package tempo.span;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Lays out one {@link SliceBatch} in an array of exactly its size. */
final class SliceBatchWriter {
    private final byte[] request;
    private final SpanTable spans;
    private final ContextTable contexts;

    SliceBatchWriter(byte[] request, SpanTable spans, ContextTable contexts) {
        this.request = request;
        this.spans = spans;
        this.contexts = contexts;
    }

    /** The batch of the spans {@code order[from..to)}, which are sorted by key and have {@code slices} different keys. */
    byte[] write(int[] order, int from, int to, int slices) {
        int[] batchContext = new int[contexts.count()];
        Arrays.fill(batchContext, -1);
        int[] usedContexts = new int[Math.min(contexts.count(), to - from)];
        int contextCount = 0;
        int contextBytes = 0;
        int runBytes = 0;
        for (int i = from; i < to; i++) {
            int span = order[i];
            int context = spans.context[span];
            if (batchContext[context] < 0) {
                batchContext[context] = contextCount;
                usedContexts[contextCount++] = context;
                contextBytes += contexts.resourceBytes(context) + contexts.scopeBytes(context);
            }
            if (startsRun(order, from, i)) {
                runBytes += SliceBatch.RUN_HEADER_BYTES;
            }
            runBytes += spans.end[span] - spans.start[span];
        }
        int sliceTable = SliceBatch.HEADER_BYTES + contextCount * SliceBatch.CONTEXT_ENTRY_BYTES;
        int contextData = sliceTable + slices * SliceBatch.SLICE_ENTRY_BYTES;
        byte[] batch = new byte[contextData + contextBytes + runBytes];
        ByteBuffer out = ByteBuffer.wrap(batch).order(ByteOrder.LITTLE_ENDIAN);
        out.putShort(0, (short) contextCount).putShort(2, (short) slices).putInt(4, to - from);
        int at = contextData;
        for (int i = 0; i < contextCount; i++) {
            int context = usedContexts[i];
            int entry = SliceBatch.HEADER_BYTES + i * SliceBatch.CONTEXT_ENTRY_BYTES;
            out.putInt(entry, at)
                    .putInt(entry + 4, contexts.resourceBytes(context))
                    .putInt(entry + 8, contexts.scopeBytes(context));
            contexts.copy(context, batch, at);
            at += contexts.resourceBytes(context) + contexts.scopeBytes(context);
        }
        int entry = sliceTable;
        int sliceFrom = from;
        while (sliceFrom < to) {
            int sliceTo = sliceFrom + 1;
            while (sliceTo < to && spans.sameKey(order[sliceTo], order[sliceFrom])) {
                sliceTo++;
            }
            at = writeSlice(out, entry, at, order, sliceFrom, sliceTo, batchContext);
            entry += SliceBatch.SLICE_ENTRY_BYTES;
            sliceFrom = sliceTo;
        }
        return batch;
    }

    private int writeSlice(ByteBuffer out, int entry, int offset, int[] order, int from, int to, int[] batchContext) {
        int at = offset;
        int runHeader = at;
        long startMin = -1;
        long startMax = 0;
        for (int i = from; i < to; i++) {
            int span = order[i];
            if (startsRun(order, from, i)) {
                runHeader = at;
                out.putInt(runHeader, batchContext[spans.context[span]]);
                at += SliceBatch.RUN_HEADER_BYTES;
            }
            int length = spans.end[span] - spans.start[span];
            System.arraycopy(request, spans.start[span], out.array(), at, length);
            at += length;
            out.putInt(runHeader + 4, at - runHeader - SliceBatch.RUN_HEADER_BYTES);
            long start = spans.startTime[span];
            startMin = Long.compareUnsigned(start, startMin) < 0 ? start : startMin;
            startMax = Long.compareUnsigned(start, startMax) > 0 ? start : startMax;
        }
        out.putLong(entry, spans.keyHigh[order[from]])
                .putLong(entry + 8, spans.keyLow[order[from]])
                .putLong(entry + 16, startMin)
                .putLong(entry + 24, startMax)
                .putInt(entry + 32, offset)
                .putInt(entry + 36, at - offset)
                .putInt(entry + 40, to - from);
        return at;
    }

    /** Spans of one trace that stand side by side under the same context share one run. */
    private boolean startsRun(int[] order, int from, int i) {
        return i == from
                || !spans.sameKey(order[i], order[i - 1])
                || spans.context[order[i]] != spans.context[order[i - 1]];
    }
}
