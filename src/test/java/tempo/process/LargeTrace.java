package tempo.process;

import static tempo.span.OtlpFields.attribute;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceKey;
import tempo.span.WireReader;
import tempo.span.WireWriter;
import tempo.tempodb.BlockBuilder;
import tempo.tempodb.TempoDb;
import tempo.tempodb.backend.local.LocalObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockCursor;
import tempo.tempodb.block.BlockMeta;

/**
 * A program that puts one trace of so many spans into the storage engine, merges its blocks and reads it back, checking each span.
 * What a span is follows from its number, so that nothing of the trace is held here. Started by {@link LargeTraceIT}.
 */
final class LargeTrace {
    private static final TraceKey KEY = TraceKey.of(0x1234, 0x5678);
    private static final int BLOCKS = 5;

    /** As a cut of the head block does. */
    private static final int VALUE_BYTES_TARGET = 1 << 20;

    /** Spans of one service that came in one request. */
    private static final int FRAGMENT_SPANS = 50;

    private static final int SERVICES = 8;
    private static final long ODD = 0x9e3779b97f4a7c15L;

    /** The inverse of {@link #ODD}, by which a span's id tells its number. */
    private static final long INVERSE = inverse(ODD);

    private final TempoDb db;
    private final int spans;
    private final int fragments;
    private final WireWriter out = new WireWriter(64 << 10);
    private final BitSet seen;
    private long read;
    private int values;
    private int largestValue;

    private LargeTrace(TempoDb db, int spans) {
        this.db = db;
        this.spans = spans;
        this.fragments = (spans + FRAGMENT_SPANS - 1) / FRAGMENT_SPANS;
        this.seen = new BitSet(spans);
    }

    public static void main(String[] arguments) throws Exception {
        try (TempoDb db = TempoDb.open(LocalObjectStore.open(Path.of(arguments[0])))) {
            new LargeTrace(db, Integer.parseInt(arguments[1])).run();
        }
    }

    private void run() throws Exception {
        for (int block = 0; block < BLOCKS; block++) {
            write(block);
        }
        List<BlockMeta> cut = db.blocks("t").visible();
        report("written", cut);
        BlockMeta merged = db.compact(cut).orElseThrow();
        db.removeReplaced("t");
        report("merged", List.of(merged));
        db.find("t", KEY, this::check);
        report("read", db.blocks("t").visible());
        require(seen.cardinality() == spans, seen.cardinality() + " spans of " + spans + " were found");
        require(read == spans, read + " spans of " + spans + " were read: equal ones were not made one");
        System.out.println("all " + spans + " spans: read " + read + " in " + values + " values of at most "
                + largestValue + " bytes");
    }

    /** A fifth of the trace, a tenth of the fragments before it once more, and a small trace on both sides. */
    private void write(int block) throws IOException {
        try (BlockBuilder builder = db.newBlock("t", BlockContent.SPANS)) {
            List<TraceKey> keys = new ArrayList<>(new TreeSet<>(
                    List.of(KEY, new TraceKey(KEY.high() - 1, block), new TraceKey(KEY.high() + 1, block))));
            for (TraceKey key : keys) {
                if (key.equals(KEY)) {
                    writeTrace(builder, block);
                } else {
                    out.clear();
                    fragment(0);
                    builder.add(key, ByteBuffer.wrap(out.toByteArray()), 1, 1, 1);
                }
            }
            builder.commit();
        }
    }

    private void writeTrace(BlockBuilder builder, int block) throws IOException {
        int from = (int) ((long) fragments * block / BLOCKS);
        int to = (int) ((long) fragments * (block + 1) / BLOCKS);
        out.clear();
        for (int i = 0; i < from; i++) {
            if (mix(i + block) % 10 == 0) {
                fragment(i);
                cutValue(builder, VALUE_BYTES_TARGET);
            }
        }
        for (int i = from; i < to; i++) {
            fragment(i);
            cutValue(builder, VALUE_BYTES_TARGET);
        }
        cutValue(builder, 1);
    }

    private void cutValue(BlockBuilder builder, int bytes) throws IOException {
        if (out.size() >= bytes) {
            builder.add(KEY, ByteBuffer.wrap(out.buffer(), 0, out.size()), 1, start(0), start(spans));
            out.clear();
        }
    }

    private void fragment(int fragment) {
        int service = fragment % SERVICES;
        int resourceSpans = out.begin(1);
        byte[] resource = resource(service);
        out.raw(resource, 0, resource.length);
        int scopeSpans = out.begin(2);
        byte[] scope = scope(service);
        out.raw(scope, 0, scope.length);
        for (int i = fragment * FRAGMENT_SPANS; i < Math.min(spans, (fragment + 1) * FRAGMENT_SPANS); i++) {
            byte[] span = span(i);
            out.bytes(2, span, 0, span.length);
        }
        out.end(scopeSpans);
        out.end(resourceSpans);
    }

    private static byte[] resource(int service) {
        WireWriter header = new WireWriter(128);
        int resource = header.begin(1);
        attribute(header, 1, "service.name", "service-" + service);
        attribute(header, 1, "host.name", "host-" + service * 7);
        header.end(resource);
        return header.toByteArray();
    }

    private static byte[] scope(int service) {
        WireWriter header = new WireWriter(128);
        int scope = header.begin(1);
        header.string(1, "library-" + service % 3);
        header.end(scope);
        return header.toByteArray();
    }

    /** Some 390 bytes. The parent is one of the thousands before, so that it is often in another value. */
    private static byte[] span(int number) {
        long random = mix(number);
        WireWriter span = new WireWriter(512);
        byte[] ids = ByteBuffer.allocate(32)
                .putLong(KEY.traceId().high())
                .putLong(KEY.traceId().low())
                .putLong((number + 1L) * ODD)
                .putLong((number == 0 ? 0 : number - random % Math.min(number, 5000)) * ODD)
                .array();
        span.bytes(1, ids, 0, 16);
        span.bytes(2, ids, 16, 8);
        if (number > 0) {
            span.bytes(4, ids, 24, 8);
        }
        span.string(5, "operation-" + random % 40);
        span.varint(6, 2 + random % 2);
        span.fixed64(7, start(number));
        span.fixed64(8, start(number) + 1000 + random % 1_000_000_000);
        attribute(span, 9, "http.request.method", random % 3 == 0 ? "POST" : "GET");
        attribute(span, 9, "url.path", "/api/v1/orders/" + random % 100_000 + "/items");
        attribute(span, 9, "http.response.status_code", random % 50 == 0 ? "500" : "200");
        attribute(span, 9, "db.query.text", "SELECT * FROM orders WHERE id = " + random % 1_000_000);
        attribute(span, 9, "thread.name", "worker-" + random % 16);
        attribute(span, 9, "user.id", Long.toHexString(random));
        return span.toByteArray();
    }

    private static long start(int number) {
        return 1_700_000_000_000_000_000L + number * 1000L;
    }

    private void check(BlockCursor entry) throws IOException {
        byte[] value = new byte[entry.value().remaining()];
        entry.value().get(value);
        values++;
        largestValue = Math.max(largestValue, value.length);
        try {
            WireReader traces = new WireReader(value);
            while (traces.hasNext()) {
                traces.readTag();
                int outer = traces.enter();
                checkResource(traces, value);
                traces.leave(outer);
            }
        } catch (MalformedProtobufException e) {
            throw new AssertionError(e);
        }
    }

    /** The engine writes what belongs to a resource before its scopes, and what belongs to a scope before its spans. */
    private void checkResource(WireReader reader, byte[] value) throws MalformedProtobufException {
        int from = reader.position();
        byte[] resource = {};
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag != WireReader.tag(2, WireReader.LENGTH_DELIMITED)) {
                reader.skipField(tag);
                resource = Arrays.copyOfRange(value, from, reader.position());
                continue;
            }
            int outer = reader.enter();
            checkScope(reader, value, resource);
            reader.leave(outer);
        }
    }

    private void checkScope(WireReader reader, byte[] value, byte[] resource) throws MalformedProtobufException {
        int from = reader.position();
        byte[] scope = {};
        while (reader.hasNext()) {
            int at = reader.position();
            int tag = reader.readTag();
            if (tag != WireReader.tag(2, WireReader.LENGTH_DELIMITED)) {
                reader.skipField(tag);
                scope = Arrays.copyOfRange(value, from, reader.position());
                continue;
            }
            int length = reader.readLength();
            byte[] span = Arrays.copyOfRange(value, reader.position(), reader.position() + length);
            reader.skip(length);
            int number = number(span);
            int service = number / FRAGMENT_SPANS % SERVICES;
            require(number >= 0 && number < spans, "there is no span " + number + " at " + at);
            require(Arrays.equals(span(number), span), "span " + number + " has other content");
            require(Arrays.equals(resource(service), resource), "span " + number + " has another resource");
            require(Arrays.equals(scope(service), scope), "span " + number + " has another scope");
            seen.set(number);
            read++;
        }
    }

    private static int number(byte[] span) throws MalformedProtobufException {
        WireReader reader = new WireReader(span);
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (WireReader.field(tag) == 2) {
                reader.readLength();
                return (int) (ByteBuffer.wrap(span).getLong(reader.position()) * INVERSE - 1);
            }
            reader.skipField(tag);
        }
        throw new AssertionError("a span has no id");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private static void report(String phase, List<BlockMeta> blocks) {
        long bytes = 0;
        long stored = 0;
        for (BlockMeta meta : blocks) {
            bytes += meta.summary().dataBytes();
            stored += meta.summary().spans();
        }
        long heap = 0;
        long live = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage afterCollection = pool.getCollectionUsage();
            if (pool.getType() == MemoryType.HEAP && afterCollection != null) {
                heap += pool.getPeakUsage().getUsed();
                live += afterCollection.getUsed();
            }
        }
        com.sun.management.OperatingSystemMXBean system =
                (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        System.out.println(
                phase + ": " + blocks.size() + " blocks, " + stored + " spans, " + bytes + " bytes; heap at most "
                        + (heap >> 20) + " MiB, after a collection " + (live >> 20) + " MiB; CPU so far "
                        + system.getProcessCpuTime() / 1_000_000 + " ms");
    }

    private static long mix(long value) {
        long mixed = (value + 1) * 0xbf58476d1ce4e5b9L;
        mixed ^= mixed >>> 31;
        mixed *= 0x94d049bb133111ebL;
        return (mixed ^ mixed >>> 29) >>> 1;
    }

    private static long inverse(long odd) {
        long inverse = odd;
        for (int i = 0; i < 6; i++) {
            inverse *= 2 - odd * inverse;
        }
        return inverse;
    }
}
