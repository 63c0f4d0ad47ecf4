package tempo.bench;

import akka.actor.ActorSystem;
import com.sun.management.OperatingSystemMXBean;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.tempodb.FindResult;
import tempo.tempodb.PutBatch;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.FaultProxy;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.retry.RetryConfig;
import tempo.tempodb.backend.retry.RetryingObjectStore;
import tempo.tempodb.backend.retry.StoreOperation;
import tempo.tempodb.backend.s3.S3ObjectStore;
import tempo.tempodb.backend.s3.S3ProxyServer;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.cache.PageCache;

/**
 * Looks traces up over many blocks in S3 (S3Proxy in this process) that takes 30 ms more for each request, and says how many requests and
 * how long that took; then the same in memory, for the CPU that is ours. Arguments: numbers of blocks.
 */
final class TraceByIdReport {
    private static final int BLOCKS_PER_WINDOW = 50;
    private static final int TRACES_PER_BLOCK = 100;
    private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
    private static final OperatingSystemMXBean OS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private TraceByIdReport() {}

    /** Where blocks are and how they are read. */
    private interface Opener {
        TempoDb open() throws IOException;
    }

    private static final class MovingClock implements InstantSource {
        private Instant now = START;

        @Override
        public Instant instant() {
            return now;
        }
    }

    public static void main(String[] arguments) throws Exception {
        ActorSystem system = ActorSystem.create("bench", ConfigFactory.load());
        S3ProxyServer server = S3ProxyServer.start();
        System.out.println("blocks, directories | finds | requests a find | p50 ms | p99 ms | CPU ms a find, all told");
        try (FaultProxy slow = FaultProxy.start(URI.create(server.endpoint()).getPort(), 1)) {
            slow.delay(Duration.ofMillis(30));
            for (String blocks : arguments) {
                MovingClock clock = new MovingClock();
                MemoryObjectStore memory = new MemoryObjectStore();
                List<TraceKey> keys = write(memory, clock, Integer.parseInt(blocks));
                for (String merged : List.of("none", "merged")) {
                    if (merged.equals("merged")) {
                        try (TempoDb db = TempoDb.open(memory, TempoDbConfig.DEFAULT, clock)) {
                            db.writeDirectories((tenant, window) -> true, Integer.MAX_VALUE);
                        }
                    }
                    String bucket = server.newBucket();
                    copy(memory, s3(system, server.endpoint(), bucket));
                    RetryingObjectStore remote = s3(system, "http://127.0.0.1:" + slow.port(), bucket);
                    String what = blocks + ", " + merged;
                    report(
                            what + ", S3 and 30 ms",
                            keys,
                            remote,
                            () -> TempoDb.open(
                                    remote,
                                    new PageCache(256 << 20),
                                    TempoDbConfig.DEFAULT.withReadThreads(64),
                                    clock));
                    report(
                            what + ", memory",
                            keys,
                            null,
                            () -> TempoDb.open(memory, new PageCache(256 << 20), TempoDbConfig.DEFAULT, clock));
                }
            }
        }
        server.stop();
        system.terminate();
    }

    private static List<TraceKey> write(MemoryObjectStore memory, MovingClock clock, int blocks) throws IOException {
        TempoDb db = TempoDb.open(memory, TempoDbConfig.DEFAULT, clock);
        List<TraceKey> keys = new ArrayList<>();
        ShopTraces traces = new ShopTraces(1);
        for (int block = 0; block < blocks; block++) {
            clock.now = START.plus(Duration.ofMinutes(30L * (block / BLOCKS_PER_WINDOW)));
            PutBatch batch = db.batch("t", BlockContent.SPANS);
            for (int i = 0; i < TRACES_PER_BLOCK; i++) {
                byte[] trace = traces.next(100);
                TraceKey key = TraceKey.of(new TraceId(traces.traceIdHigh(), traces.traceIdLow()));
                batch.put(key, trace);
                keys.add(key);
            }
            batch.commit();
        }
        return keys;
    }

    private static void copy(MemoryObjectStore from, ObjectStore to) throws IOException {
        List<ObjectInfo> objects = new ArrayList<>();
        from.list("", objects::add);
        for (ObjectInfo object : objects) {
            to.put(object.key(), ByteBuffer.wrap(from.content(object.key())));
        }
    }

    private static RetryingObjectStore s3(ActorSystem system, String endpoint, String bucket) throws IOException {
        return RetryingObjectStore.open(
                S3ObjectStore.open(S3ProxyServer.config(endpoint, bucket, 64), system), RetryConfig.DEFAULT);
    }

    private static void report(String what, List<TraceKey> keys, @Nullable RetryingObjectStore remote, Opener opener)
            throws IOException {
        TempoDb db = opener.open();
        Random random = new Random(2);
        measure(what + " | first 20", keys, remote, db, random, 20);
        measure(what + " | next 400", keys, remote, db, random, 400);
        measure(what + " | next 400", keys, remote, db, random, 400);
        measure(what + " | absent 400", absent(random), remote, db, random, 400);
    }

    private static List<TraceKey> absent(Random random) {
        List<TraceKey> keys = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            keys.add(new TraceKey(random.nextLong(), random.nextLong()));
        }
        return keys;
    }

    private static void measure(
            String what,
            List<TraceKey> keys,
            @Nullable RetryingObjectStore remote,
            TempoDb db,
            Random random,
            int finds) {
        long[] nanos = new long[finds];
        long before = reads(remote);
        long cpu = OS.getProcessCpuTime();
        for (int i = 0; i < finds; i++) {
            TraceKey key = keys.get(random.nextInt(keys.size()));
            long began = System.nanoTime();
            FindResult found = db.find("t", key);
            nanos[i] = System.nanoTime() - began;
            if (!found.failures().isEmpty()) {
                throw new IllegalStateException(found.failures().toString());
            }
        }
        cpu = OS.getProcessCpuTime() - cpu;
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%s | %.2f | %.1f | %.1f | %.2f%n",
                what,
                (double) (reads(remote) - before) / finds,
                nanos[finds / 2] / 1e6,
                nanos[finds * 99 / 100] / 1e6,
                cpu / 1e6 / finds);
    }

    private static long reads(@Nullable RetryingObjectStore remote) {
        return remote == null ? 0 : remote.stats().of(StoreOperation.READ).calls();
    }
}
