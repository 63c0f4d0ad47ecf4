package tempo.bench;

import static tempo.span.OtlpFields.attribute;
import static tempo.span.OtlpFields.id;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tempo.span.TraceKey;
import tempo.span.WireWriter;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMerge;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.BlockSummary;
import tempo.tempodb.block.BlockWriter;

/** Time per span of merging four blocks whose keys interleave, as blocks of one node at different times do. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 3, time = 3)
public class BlockMergeBenchmark {
    private static final int BLOCKS = 4;
    private static final int TRACES = 4000;
    private static final int SPANS = 25;
    private static final ArrivalWindow WINDOW = new ArrivalWindow(0, 1800);

    private final List<BlockReader> readers = new ArrayList<>();
    private final Random random = new Random(1);

    @Setup
    public void fill() throws IOException {
        long stored = 0;
        for (int i = 0; i < BLOCKS; i++) {
            ByteArrayOutputStream data = new ByteArrayOutputStream(8 << 20);
            BlockSpec spec = BlockSpec.cut("t", new UUID(1, i), WINDOW, BlockContent.SPANS);
            BlockWriter writer = new BlockWriter(spec, new Sink(data));
            TraceKey[] keys = new TraceKey[TRACES];
            for (int trace = 0; trace < TRACES; trace++) {
                keys[trace] = new TraceKey(random.nextLong(), random.nextLong());
            }
            Arrays.sort(keys);
            for (TraceKey key : keys) {
                writer.add(key, ByteBuffer.wrap(trace(key)), SPANS, 1, 2);
            }
            BlockMeta meta = new BlockMeta(spec, writer.finish());
            byte[] bytes = data.toByteArray();
            stored += bytes.length;
            readers.add(BlockReader.open(
                    meta, (offset, length) -> Arrays.copyOfRange(bytes, (int) offset, (int) offset + length)));
        }
        System.out.printf("%.1f stored bytes a span%n", (double) stored / BLOCKS / TRACES / SPANS);
    }

    @Benchmark
    @OperationsPerInvocation(BLOCKS * TRACES * SPANS)
    public BlockSummary merge() throws IOException {
        BlockSpec spec = BlockSpec.cut("t", new UUID(2, 2), WINDOW, BlockContent.SPANS);
        BlockWriter writer = new BlockWriter(spec, new Sink(new ByteArrayOutputStream(24 << 20)));
        BlockMerge.run(readers, writer, key -> true);
        return writer.finish();
    }

    /** A trace whose names come from small sets; ids, times and some values are at random. */
    private byte[] trace(TraceKey key) {
        WireWriter out = new WireWriter(16 << 10);
        long start = 1_800_000_000_000_000_000L + (random.nextLong() >>> 24);
        long[] ids = random.longs(SPANS).toArray();
        for (int span = 0; span < SPANS; span++) {
            int service = random.nextInt(12);
            int operation = service * 5 + random.nextInt(5);
            int resourceSpans = out.begin(1);
            int resource = out.begin(1);
            attribute(out, 1, "service.name", "service-" + service);
            attribute(out, 1, "k8s.pod.name", "pod-" + service + "-" + random.nextInt(8));
            out.end(resource);
            int scopeSpans = out.begin(2);
            int each = out.begin(2);
            id(out, 1, key.traceId().high(), key.traceId().low());
            id(out, 2, ids[span]);
            if (span > 0) {
                id(out, 4, ids[random.nextInt(span)]);
            }
            long begin = start + 1000L * random.nextInt(1 << 20);
            out.string(5, "GET /api/v1/operation-" + operation + "/{id}");
            out.varint(6, 2);
            out.fixed64(7, begin);
            out.fixed64(8, begin + 1000L * random.nextInt(1 << 18));
            attribute(out, 9, "http.request.method", "GET");
            attribute(out, 9, "http.route", "/api/v1/operation-" + operation + "/{id}");
            attribute(out, 9, "url.path", "/api/v1/operation-" + operation + "/" + random.nextInt(1 << 20));
            attribute(out, 9, "thread.name", "worker-" + random.nextInt(64));
            attribute(out, 9, "user.id", Integer.toString(random.nextInt(1_000_000)));
            attribute(out, 9, "http.response.status_code", random.nextInt(50) == 0 ? 500 : 200);
            attribute(out, 9, "http.response.body.size", random.nextInt(1 << 16));
            out.end(each);
            out.end(scopeSpans);
            out.end(resourceSpans);
        }
        return out.toByteArray();
    }

    /** Keeps what is written. */
    private record Sink(ByteArrayOutputStream data) implements ObjectWriter {
        @Override
        public void write(ByteBuffer piece) {
            data.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
            piece.position(piece.limit());
        }

        @Override
        public void commit() {}

        @Override
        public void abort() {}
    }
}
