package tempo.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import tempo.span.TraceKey;
import tempo.tempodb.BlockBuilder;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.FaultyObjectStore;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.local.LocalObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.BlockSpec;
import tempo.tempodb.blocklist.TenantBlocks;
import tempo.tempodb.compaction.CompactionJob;
import tempo.tempodb.compaction.CompactionRun;

/**
 * Merges all blocks of each tenant in a directory as a worker does, and says what it took of this process from its start on: CPU, the
 * largest resident set, requests and bytes. {@code merge DIR [workers]} has each of some workers merge them at the same time;
 * {@code split DIR OUT parts} writes their traces as blocks of as many ranges of keys, as nodes with different ranges would have cut them.
 */
final class CompactionReport {
    private CompactionReport() {}

    /** Counts what is asked of it. */
    private static final class CountingStore extends FaultyObjectStore {
        final AtomicLong readBytes = new AtomicLong();
        final AtomicLong reads = new AtomicLong();
        final AtomicLong writtenBytes = new AtomicLong();
        final AtomicLong writes = new AtomicLong();

        CountingStore(ObjectStore store) {
            super(store, Integer.MAX_VALUE, false);
        }

        @Override
        public byte[] read(String key, long offset, int length) throws IOException {
            reads.incrementAndGet();
            readBytes.addAndGet(length);
            return super.read(key, offset, length);
        }

        @Override
        public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
            writes.incrementAndGet();
            writtenBytes.addAndGet(content.remaining());
            return super.putIfAbsent(key, content);
        }

        @Override
        public ObjectWriter write(String key) throws IOException {
            writes.incrementAndGet();
            ObjectWriter writer = super.write(key);
            return new ObjectWriter() {
                @Override
                public void write(ByteBuffer piece) throws IOException {
                    writtenBytes.addAndGet(piece.remaining());
                    writer.write(piece);
                }

                @Override
                public void commit() throws IOException {
                    writer.commit();
                }

                @Override
                public void abort() {
                    writer.abort();
                }
            };
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "merge" -> merge(directory, arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1);
            case "split" -> split(directory, Path.of(arguments[2]), Integer.parseInt(arguments[3]));
            default -> throw new IllegalArgumentException("merge or split, not " + arguments[0]);
        }
    }

    private static void merge(Path directory, int workers) throws Exception {
        CountingStore store = new CountingStore(LocalObjectStore.open(directory));
        ExecutorService threads = Executors.newCachedThreadPool();
        try (TempoDb db = TempoDb.open(store, TempoDbConfig.DEFAULT, InstantSource.system())) {
            for (String tenant : db.tenants()) {
                List<BlockMeta> inputs = List.copyOf(db.blocks(tenant).visible());
                long spans = 0;
                long bytes = 0;
                for (BlockMeta input : inputs) {
                    spans += input.summary().spans();
                    bytes += input.summary().dataBytes();
                }
                System.out.printf(Locale.ROOT, "%d blocks of %,d spans, %,d bytes%n", inputs.size(), spans, bytes);
                long start = System.nanoTime();
                double before = cpuSeconds();
                List<Future<BlockMeta>> runs = new ArrayList<>();
                for (int worker = 0; worker < workers; worker++) {
                    CompactionJob job = job(tenant, inputs, worker);
                    runs.add(threads.submit(() -> new CompactionRun(job, db, store, InstantSource.system(), threads)
                            .run()
                            .orElseThrow()));
                }
                report(runs, spans * workers, start, before);
            }
            System.out.printf(
                    Locale.ROOT,
                    "store: %,d reads of %,d bytes, %,d writes of %,d bytes, blocklist included%n",
                    store.reads.get(),
                    store.readBytes.get(),
                    store.writes.get(),
                    store.writtenBytes.get());
        }
        threads.shutdown();
    }

    private static void report(List<Future<BlockMeta>> runs, long spans, long start, double before)
            throws IOException, InterruptedException, ExecutionException {
        for (Future<BlockMeta> run : runs) {
            BlockMeta output = run.get();
            System.out.printf(
                    Locale.ROOT,
                    "merged into %,d spans, %,d bytes, %.1f bytes a span%n",
                    output.summary().spans(),
                    output.summary().dataBytes(),
                    (double) output.summary().dataBytes() / output.summary().spans());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "CPU of the process %.2f s, %.3f us a span; of the merge %.3f us a span; it took %.1f s; largest RSS %s%n",
                cpuSeconds(),
                cpuSeconds() / spans * 1e6,
                (cpuSeconds() - before) / spans * 1e6,
                seconds,
                largestResidentSet());
    }

    private static CompactionJob job(String tenant, List<BlockMeta> inputs, int worker) {
        List<UUID> replaces = inputs.stream().map(BlockMeta::blockId).toList();
        BlockSpec first = inputs.get(0).spec();
        BlockSpec output =
                new BlockSpec(tenant, UUID.randomUUID(), first.window(), 1, worker + 1, replaces, first.content());
        return new CompactionJob(worker + 1, output, Instant.now());
    }

    private static void split(Path directory, Path out, int parts) throws IOException {
        try (TempoDb db = TempoDb.open(LocalObjectStore.open(directory));
                TempoDb target = TempoDb.open(LocalObjectStore.open(out))) {
            for (String tenant : db.tenants()) {
                TenantBlocks blocks = db.blocks(tenant);
                long step = Long.divideUnsigned(-1L, parts);
                for (int part = 0; part < parts; part++) {
                    TraceKey from = new TraceKey(step * part, 0);
                    TraceKey to = part == parts - 1 ? new TraceKey(-1, -1) : new TraceKey(step * (part + 1) - 1, -1);
                    try (BlockBuilder block = target.newBlock(tenant, BlockContent.SPANS)) {
                        db.scan(
                                tenant,
                                from,
                                to,
                                entry -> block.add(
                                        entry.key(), entry.value(), entry.spans(), entry.startMin(), entry.startMax()));
                        block.commit();
                    }
                }
                System.out.println(blocks.visible().size() + " blocks became " + parts);
            }
        }
    }

    private static double cpuSeconds() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
    }

    private static String largestResidentSet() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM")) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        return "unknown";
    }
}
