package tempo.span;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The slices of one request that belong to one range, as bytes: what travels to the range's owner, what the write-ahead log
 * keeps, and what is read again when a trace is asked for or a block is cut. Resource and scope bytes stand once in a batch,
 * however many slices refer to them.
 *
 * <pre>
 * 0   u16 context count | u16 slice count | u32 span count
 * 8   context table, 12 bytes each: u32 offset | u32 resource length | u32 scope length
 *     slice table, 48 bytes each:   u64 key high | u64 key low | u64 oldest start | u64 newest start
 *                                   | u32 offset | u32 length | u32 span count | u32 zero
 *     context bytes: fields of ResourceSpans other than scope_spans, then fields of ScopeSpans other than spans
 *     slice bytes:   runs of u32 context | u32 length | Span entries, each with its tag (field 2)
 * </pre>
 *
 * All numbers are little-endian, offsets count from the start of the batch, times are unix nanoseconds. A batch is at most
 * {@link #SLICES_MAX} slices. The methods are static and take the buffer, which must be little-endian and start at the batch;
 * they only read with absolute positions, so threads may share a buffer. A buffer that is no batch gives
 * {@link IndexOutOfBoundsException}; the log's checksums are what vouches for the bytes.
 */
public final class SliceBatch {
    /** The most slices a batch holds. */
    public static final int SLICES_MAX = 4096;

    static final int CONTEXT_ENTRY_BYTES = 12;
    static final int SLICE_ENTRY_BYTES = 48;
    static final int RUN_HEADER_BYTES = 8;
    static final int HEADER_BYTES = 8;

    private static final int TAG_RESOURCE_SPANS = 1 << 3 | 2;
    private static final int TAG_SCOPE_SPANS = 2 << 3 | 2;

    private SliceBatch() {}

    /** A little-endian view of {@code length} bytes that starts at the batch. */
    public static ByteBuffer view(byte[] bytes, int offset, int length) {
        return ByteBuffer.wrap(bytes, offset, length).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** How many slices the batch holds. */
    public static int sliceCount(ByteBuffer batch) {
        return batch.getShort(2) & 0xffff;
    }

    /** How many spans all slices hold together. */
    public static int spanCount(ByteBuffer batch) {
        return batch.getInt(4);
    }

    /** The more significant half of a slice's {@link TraceKey}. */
    public static long keyHigh(ByteBuffer batch, int slice) {
        return batch.getLong(sliceEntry(batch, slice));
    }

    /** The less significant half of a slice's {@link TraceKey}. */
    public static long keyLow(ByteBuffer batch, int slice) {
        return batch.getLong(sliceEntry(batch, slice) + 8);
    }

    /** The oldest start of a slice's spans, unix nanoseconds, unsigned. */
    public static long startMin(ByteBuffer batch, int slice) {
        return batch.getLong(sliceEntry(batch, slice) + 16);
    }

    /** The newest start of a slice's spans, unix nanoseconds, unsigned. */
    public static long startMax(ByteBuffer batch, int slice) {
        return batch.getLong(sliceEntry(batch, slice) + 24);
    }

    /** Bytes of a slice's spans, its run headers included, resource and scope not. */
    public static int sliceBytes(ByteBuffer batch, int slice) {
        return batch.getInt(sliceEntry(batch, slice) + 36);
    }

    /** How many spans a slice holds. */
    public static int sliceSpans(ByteBuffer batch, int slice) {
        return batch.getInt(sliceEntry(batch, slice) + 40);
    }

    /** How many bytes {@link #writeOtlp} appends for a slice. */
    public static int otlpBytes(ByteBuffer batch, int slice) {
        int entry = sliceEntry(batch, slice);
        int offset = batch.getInt(entry + 32);
        int end = offset + batch.getInt(entry + 36);
        int total = 0;
        while (offset < end) {
            int context = contextEntry(batch.getInt(offset));
            int runBytes = batch.getInt(offset + 4);
            int scopeSpans = batch.getInt(context + 8) + runBytes;
            int resourceSpans = batch.getInt(context + 4) + 1 + varintBytes(scopeSpans) + scopeSpans;
            total += 1 + varintBytes(resourceSpans) + resourceSpans;
            offset += RUN_HEADER_BYTES + runBytes;
        }
        return total;
    }

    /**
     * Writes a slice as serialized OTLP {@code TracesData}: one ResourceSpans for each run. Concatenated outputs are a valid
     * message again.
     *
     * @param target at least {@link #otlpBytes} remaining
     */
    public static void writeOtlp(ByteBuffer batch, int slice, ByteBuffer target) {
        int entry = sliceEntry(batch, slice);
        int offset = batch.getInt(entry + 32);
        int end = offset + batch.getInt(entry + 36);
        while (offset < end) {
            int context = contextEntry(batch.getInt(offset));
            int runBytes = batch.getInt(offset + 4);
            int contextOffset = batch.getInt(context);
            int resourceBytes = batch.getInt(context + 4);
            int scopeBytes = batch.getInt(context + 8);
            int scopeSpans = scopeBytes + runBytes;
            int resourceSpans = resourceBytes + 1 + varintBytes(scopeSpans) + scopeSpans;
            target.put((byte) TAG_RESOURCE_SPANS);
            putVarint(target, resourceSpans);
            copy(batch, contextOffset, resourceBytes, target);
            target.put((byte) TAG_SCOPE_SPANS);
            putVarint(target, scopeSpans);
            copy(batch, contextOffset + resourceBytes, scopeBytes, target);
            copy(batch, offset + RUN_HEADER_BYTES, runBytes, target);
            offset += RUN_HEADER_BYTES + runBytes;
        }
    }

    private static int sliceEntry(ByteBuffer batch, int slice) {
        int contexts = batch.getShort(0) & 0xffff;
        return HEADER_BYTES + contexts * CONTEXT_ENTRY_BYTES + slice * SLICE_ENTRY_BYTES;
    }

    private static int contextEntry(int context) {
        return HEADER_BYTES + context * CONTEXT_ENTRY_BYTES;
    }

    private static void copy(ByteBuffer source, int offset, int length, ByteBuffer target) {
        target.put(target.position(), source, offset, length);
        target.position(target.position() + length);
    }

    private static void putVarint(ByteBuffer target, int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            target.put((byte) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        target.put((byte) rest);
    }

    private static int varintBytes(int value) {
        return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
    }
}
