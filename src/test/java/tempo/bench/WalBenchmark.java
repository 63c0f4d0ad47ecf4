package tempo.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import tempo.tempodb.wal.LocalWalDisk;
import tempo.tempodb.wal.RecoveryVisitor;
import tempo.tempodb.wal.Wal;
import tempo.tempodb.wal.WalAppend;
import tempo.tempodb.wal.WalClock;
import tempo.tempodb.wal.WalConfig;
import tempo.tempodb.wal.WalException;
import tempo.tempodb.wal.WalListener;
import tempo.tempodb.wal.WalReader;

/** Appends with many records in flight, each released when it is durable, and reads by position; on a temp directory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1, time = 2)
@Measurement(iterations = 2, time = 2)
@Fork(value = 1, jvmArgs = "-Xmx512m")
public class WalBenchmark {
    private static final int IN_FLIGHT_BYTES = 16 << 20;

    @Param({"2048", "65536"})
    int recordBytes;

    private Path directory = Path.of("unset");
    private Wal wal = unset();
    private WalReader reader = unset();
    private byte[] payload = new byte[0];
    private Semaphore inFlight = new Semaphore(0);
    private long[] positions = new long[0];
    private final Random random = new Random(1);

    @Setup
    public void open() throws IOException, InterruptedException {
        directory = Files.createTempDirectory("wal-benchmark");
        WalConfig config = new WalConfig(64 << 20, 4L << 30, 0, 4 << 20, 64 << 20, Duration.ofSeconds(1));
        wal = Wal.open(new LocalWalDisk(directory), config, WalClock.system(), WalListener.NONE, new IgnoringVisitor());
        reader = wal.reader();
        payload = new byte[recordBytes];
        random.nextBytes(payload);
        inFlight = new Semaphore(IN_FLIGHT_BYTES / recordBytes);
        positions = new long[Math.min(1000, IN_FLIGHT_BYTES / recordBytes)];
        for (int i = 0; i < positions.length; i++) {
            int index = i;
            inFlight.acquire();
            wal.append(new InFlight(payload, inFlight) {
                @Override
                protected void committed(long position) {
                    positions[index] = position;
                    inFlight.release();
                }
            });
        }
        inFlight.acquire(IN_FLIGHT_BYTES / recordBytes);
        inFlight.release(IN_FLIGHT_BYTES / recordBytes);
    }

    @TearDown
    public void close() throws IOException {
        wal.close();
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        }
    }

    @Benchmark
    public void append() throws InterruptedException {
        inFlight.acquire();
        Wal target = wal;
        target.append(new InFlight(payload, inFlight) {
            @Override
            protected void committed(long position) {
                target.release(position, 1);
                inFlight.release();
            }
        });
    }

    @Benchmark
    public ByteBuffer read() throws IOException {
        return reader.read(positions[random.nextInt(positions.length)]);
    }

    /** Fields are set before the first use, by {@link #open}. */
    @SuppressWarnings("NullAway")
    private static <T> T unset() {
        return null;
    }

    private abstract static class InFlight extends WalAppend {
        final Semaphore inFlight;

        InFlight(byte[] payload, Semaphore inFlight) {
            super("single-tenant", payload, 0, payload.length, 1);
            this.inFlight = inFlight;
        }

        @Override
        protected void failed(WalException reason) {
            throw new IllegalStateException("benchmark must not fill the log", reason);
        }
    }

    private static final class IgnoringVisitor implements RecoveryVisitor {
        @Override
        public void record(long position, String tenant, ByteBuffer payload, int units) {}

        @Override
        public void hole(String file, long fromOffset, long toOffset) {}

        @Override
        public void unreadable(String file, String reason) {}
    }
}
