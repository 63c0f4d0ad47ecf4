package tempo.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tempo.span.TraceKey;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockReader;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.block.BlockWriter;

/** Time per trace of writing a block and of finding one in it: traces of 25 spans of about 390 bytes that look like OTLP. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class BlockWriterBenchmark {
    private static final int TRACES = 4000;
    private static final int SPANS = 25;

    private final TraceKey[] keys = new TraceKey[TRACES];
    private final List<ByteBuffer> values = new ArrayList<>();
    private final Random random = new Random(1);
    private final ByteArrayOutputStream stored = new ByteArrayOutputStream(16 << 20);
    private @Nullable BlockReader reader;

    @Setup
    public void fill() throws IOException {
        for (int i = 0; i < TRACES; i++) {
            keys[i] = new TraceKey(random.nextLong(), random.nextLong());
        }
        Arrays.sort(keys);
        for (int i = 0; i < TRACES; i++) {
            values.add(ByteBuffer.wrap(trace()));
        }
        BlockMeta meta = write();
        byte[] data = stored.toByteArray();
        reader = BlockReader.open(
                meta, (offset, length) -> Arrays.copyOfRange(data, (int) offset, (int) offset + length));
        long raw = meta.summary().rawBytes();
        System.out.printf(
                "%d raw and %d stored bytes a trace, %.1f stored a span%n",
                raw / TRACES, data.length / TRACES, (double) data.length / TRACES / SPANS);
    }

    @Benchmark
    @OperationsPerInvocation(TRACES)
    public BlockMeta write() throws IOException {
        stored.reset();
        BlockSpec spec = BlockSpec.cut("t", new UUID(1, 1), new ArrivalWindow(0, 1800), BlockContent.OPAQUE);
        BlockWriter writer = new BlockWriter(spec, new Sink());
        for (int i = 0; i < TRACES; i++) {
            writer.add(keys[i], values.get(i), SPANS, 1, 2);
        }
        return new BlockMeta(spec, writer.finish());
    }

    @Benchmark
    public List<byte[]> find() throws IOException {
        List<byte[]> found = new ArrayList<>();
        Objects.requireNonNull(reader).find(keys[random.nextInt(TRACES)], found);
        return found;
    }

    /** Bytes like those of 25 spans: names from small sets, ids and times at random. */
    private byte[] trace() {
        ByteBuffer trace = ByteBuffer.allocate(64 << 10);
        long start = 1_800_000_000_000_000_000L + (random.nextLong() >>> 24);
        trace.putLong(random.nextLong()).putLong(random.nextLong());
        for (int span = 0; span < SPANS; span++) {
            int service = random.nextInt(12);
            int operation = random.nextInt(60);
            trace.putLong(random.nextLong()).putLong(random.nextLong());
            trace.putLong(Long.reverseBytes(start + random.nextInt(1 << 28)));
            trace.putLong(Long.reverseBytes(start + random.nextInt(1 << 30)));
            String attributes = "service.name=service-" + service + " k8s.pod.name=pod-" + service + "-"
                    + random.nextInt(8)
                    + " http.request.method=GET http.route=/api/v1/operation-" + operation + "/{id}"
                    + " url.path=/api/v1/operation-" + operation + "/" + random.nextInt(1 << 20)
                    + " http.response.status_code=200 network.protocol.version=1.1 server.address=service-"
                    + random.nextInt(12) + ".default.svc.cluster.local server.port=8080 thread.id=" + random.nextInt(64)
                    + " user.id=" + random.nextInt(1_000_000);
            trace.put(attributes.getBytes(UTF_8));
        }
        return Arrays.copyOf(trace.array(), trace.position());
    }

    /** Keeps what is written. */
    private final class Sink implements ObjectWriter {
        @Override
        public void write(ByteBuffer piece) {
            stored.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining());
            piece.position(piece.limit());
        }

        @Override
        public void commit() {}

        @Override
        public void abort() {}
    }
}
