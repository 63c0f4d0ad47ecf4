package tempo.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import tempo.span.TraceKey;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.local.LocalObjectStore;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockCursor;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.BlockWriter;

/**
 * A block of spans in memory: time per span of writing it out of OTLP and of reading all of it back to OTLP, and time per trace of
 * finding one. The spans are {@link ShopTraces}, or, with {@code -jvmArgs -Dtempo.bench.blocks=directory}, those of the blocks of the
 * tenant "single-tenant" in the directory of a node. Prints bytes per span, and after each iteration the CPU time of the thread for each
 * operation, which is the figure to look at on a machine that does other work.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 6, time = 2)
@Measurement(iterations = 7, time = 2)
public class SpansBlockBenchmark {
    /** About as many; what is above by the last trace does not count. */
    private static final int SPANS = 500_000;

    private final List<TraceKey> keys = new ArrayList<>();
    private final List<ByteBuffer> values = new ArrayList<>();
    private final Random random = new Random(1);
    private final Sink sink = new Sink();
    private @Nullable BlockReader reader;
    private long spans;
    private long cpuNanos;
    private long operations;

    @Setup
    public void fill() throws IOException {
        String blocks = System.getProperty("tempo.bench.blocks", "");
        if (blocks.isEmpty()) {
            generate();
        } else {
            readBlocks(Path.of(blocks));
        }
        sink.kept = new ByteArrayOutputStream(SPANS * 30);
        BlockMeta meta = write();
        byte[] data = sink.kept.toByteArray();
        sink.kept = null;
        reader = BlockReader.open(
                meta, (offset, length) -> Arrays.copyOfRange(data, (int) offset, (int) offset + length));
        System.out.printf(
                "%n%d traces, %d spans, %.1f raw and %.2f stored bytes a span%n",
                keys.size(), spans, (double) meta.summary().rawBytes() / spans, (double) data.length / spans);
    }

    private void generate() {
        ShopTraces traces = new ShopTraces(1);
        List<byte[]> generated = new ArrayList<>();
        List<TraceKey> ids = new ArrayList<>();
        while (spans < SPANS) {
            generated.add(traces.next(SPANS - (int) spans));
            ids.add(TraceKey.of(traces.traceIdHigh(), traces.traceIdLow()));
            spans += traces.spans();
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < generated.size(); i++) {
            order.add(i);
        }
        order.sort((a, b) -> ids.get(a).compareTo(ids.get(b)));
        for (int i : order) {
            keys.add(ids.get(i));
            values.add(ByteBuffer.wrap(generated.get(i)));
        }
    }

    private void readBlocks(Path directory) throws IOException {
        TempoDb db = TempoDb.open(
                LocalObjectStore.open(directory), TempoDbConfig.DEFAULT, InstantSource.fixed(Instant.EPOCH));
        for (BlockMeta meta : db.blocks("single-tenant").visible()) {
            BlockCursor cursor = db.reader(meta).cursor(new TraceKey(0, 0), new TraceKey(-1, -1));
            if (spans > 0) {
                break;
            }
            while (spans < SPANS && cursor.next()) {
                keys.add(cursor.key());
                ByteBuffer value = cursor.value();
                byte[] copy = new byte[value.remaining()];
                value.get(copy);
                values.add(ByteBuffer.wrap(copy));
                spans += cursor.spans();
            }
        }
    }

    @Setup(Level.Iteration)
    public void startIteration() {
        cpuNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        operations = 0;
    }

    @TearDown(Level.Iteration)
    public void endIteration() {
        cpuNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuNanos;
        System.out.printf("[CPU %d ns] ", cpuNanos / Math.max(1, operations));
    }

    @Benchmark
    @OperationsPerInvocation(SPANS)
    public BlockMeta write() throws IOException {
        BlockSpec spec = BlockSpec.cut("t", new UUID(1, 1), new ArrivalWindow(0, 1800), BlockContent.SPANS);
        BlockWriter writer = new BlockWriter(spec, sink);
        for (int i = 0; i < keys.size(); i++) {
            writer.add(keys.get(i), values.get(i), 1, 1, 2);
        }
        operations += spans;
        return new BlockMeta(spec, writer.finish());
    }

    @Benchmark
    @OperationsPerInvocation(SPANS)
    public long scan() throws IOException {
        long[] bytes = new long[1];
        Objects.requireNonNull(reader)
                .scan(
                        new TraceKey(0, 0),
                        new TraceKey(-1, -1),
                        entry -> bytes[0] += entry.value().remaining());
        operations += spans;
        return bytes[0];
    }

    @Benchmark
    public List<byte[]> find() throws IOException {
        List<byte[]> found = new ArrayList<>();
        Objects.requireNonNull(reader).find(keys.get(random.nextInt(keys.size())), found);
        operations++;
        return found;
    }

    /** Keeps what is written if it is told to. */
    private static final class Sink implements ObjectWriter {
        private @Nullable ByteArrayOutputStream kept;

        @Override
        public void write(ByteBuffer piece) {
            if (kept != null) {
                kept.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
            }
            piece.position(piece.limit());
        }

        @Override
        public void commit() {}

        @Override
        public void abort() {}
    }
}
