package tempo.ingester;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.util.ByteString;
import com.typesafe.config.ConfigFactory;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tempo.ingester.Ingester.FindHead;
import tempo.ingester.Ingester.FindLive;
import tempo.ingester.Ingester.Push;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.Ingester.ToRange;
import tempo.ingester.Ingester.TracePart;
import tempo.telemetry.Metrics;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.local.LocalObjectStore;
import tempo.tempodb.wal.RecoveryVisitor;
import tempo.tempodb.wal.Wal;
import tempo.tempodb.wal.WalClock;
import tempo.tempodb.wal.WalConfig;
import tempo.tempodb.wal.WalDisk;
import tempo.tempodb.wal.WalListener;

/** The actors of one node over a real log and a real store, with timers and a clock that the test moves. */
final class ActorFixture implements AutoCloseable {
    static final String TENANT = "tenant";
    static final WalConfig LOG = new WalConfig(128 << 10, 16 << 20, 0, 64 << 10, 8 << 20, Duration.ofMinutes(1));
    static final IngesterConfig CONFIG = new IngesterConfig(
            Duration.ofSeconds(10), Duration.ofSeconds(60), 1 << 20, 0, 1 << 20, Duration.ofMinutes(5), 1_000);
    static final long RETAIN_MILLIS = 10_000;

    final ActorTestKit kit = ActorTestKit.create(
            "ingester",
            ManualTime.config()
                    .withFallback(ConfigFactory.parseString("akka.loglevel = OFF"))
                    .withFallback(ConfigFactory.defaultReferenceUnresolved())
                    .resolve());
    final ManualTime time = ManualTime.get(kit.system());
    final AtomicLong millis = new AtomicLong(1_000_000);

    /** How many readings of the clock go well before one throws; negative: all go well. */
    final AtomicInteger readingsUntilFailure = new AtomicInteger(-1);

    final ExecutorService disk = Executors.newFixedThreadPool(2);
    final ExecutorService cutter = Executors.newSingleThreadExecutor();
    final Metrics metrics = new Metrics();
    final Wal wal;
    final TempoDb db;
    final IngesterResources resources;
    final LogSlices slices;
    final LiveTraces live = new LiveTraces(CONFIG, RETAIN_MILLIS);
    final HeadTraces headTraces = new HeadTraces(CONFIG, RETAIN_MILLIS);
    final TestProbe<Pushed> pushed = kit.createTestProbe();
    final TestProbe<TracePart> parts = kit.createTestProbe();

    ActorFixture(Path directory, WalDisk walDisk, WalConfig config) throws IOException {
        wal = Wal.open(walDisk, config, WalClock.system(), WalListener.NONE, new NothingToRecover());
        db = TempoDb.open(
                LocalObjectStore.open(directory.resolve("blocks")),
                TempoDbConfig.DEFAULT,
                () -> Instant.ofEpochMilli(millis.get()));
        resources = new IngesterResources(
                wal,
                db,
                this::now,
                disk,
                cutter,
                new LocalRanges(),
                new TraceBudget(0, 1 << 30),
                metrics,
                changed -> {},
                "node",
                Acknowledgements.AT_ONCE);
        slices = new LogSlices(wal, disk, "node");
    }

    private long now() {
        if (readingsUntilFailure.getAndUpdate(left -> left < 0 ? left : left - 1) == 0) {
            throw new IllegalStateException("clock fails once, as a bug might");
        }
        return millis.get();
    }

    ActorRef<ToHead> head() {
        return kit.spawn(HeadBlock.create(headTraces, resources, slices, new RecentSpans(wal, disk, "node")));
    }

    ActorRef<ToRange> range(ActorRef<ToHead> head) {
        return kit.spawn(TraceRange.create(0, live, resources, slices, head));
    }

    static Push push(int trace, int span, ActorRef<Pushed> replyTo) {
        return new Push(TENANT, 0, span, ByteString.fromArrayUnsafe(Batches.bytes(trace, span)), replyTo);
    }

    /** Pushes a span and waits until it is acknowledged. */
    void acknowledged(ActorRef<ToRange> range, int trace, int span) {
        range.tell(push(trace, span, pushed.getRef()));
        pushed.expectMessage(new Pushed(span, 0, Ingester.PushOutcome.DURABLE, "node"));
    }

    /** Clock and timers go on together, a second at a time. */
    void passes(int seconds) {
        for (int i = 0; i < seconds; i++) {
            millis.addAndGet(1_000);
            time.timePasses(Duration.ofSeconds(1));
        }
    }

    Set<String> live(ActorRef<ToRange> range, int trace) throws IOException {
        range.tell(new FindLive(TENANT, 0, Batches.key(trace), 0, parts.getRef()));
        return names();
    }

    Set<String> head(ActorRef<ToHead> head, int trace) throws IOException {
        head.tell(new FindHead(TENANT, Batches.key(trace), false, 0, parts.getRef()));
        return names();
    }

    /** Spans of the stored blocks. */
    Set<String> blocks(int trace) throws IOException {
        Set<String> names = new TreeSet<>();
        for (byte[] value : db.find(TENANT, Batches.key(trace)).values()) {
            add(names, value);
        }
        return names;
    }

    private Set<String> names() throws IOException {
        Set<String> names = new TreeSet<>();
        while (true) {
            TracePart part = parts.receiveMessage();
            add(names, part.otlp().toArrayUnsafe());
            if (!part.failures().isEmpty()) {
                throw new AssertionError(part.failures());
            }
            if (part.last()) {
                return names;
            }
        }
    }

    /** Names with a mark for each time that the same span is there again. */
    private static void add(Set<String> names, byte[] otlp) throws IOException {
        for (ResourceSpans resource : TracesData.parseFrom(otlp).getResourceSpansList()) {
            for (Span span : resource.getScopeSpans(0).getSpansList()) {
                String name = span.getName();
                while (!names.add(name)) {
                    name += " again";
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        kit.shutdownTestKit();
        disk.shutdownNow();
        cutter.shutdownNow();
        wal.close();
        db.close();
    }

    private static final class NothingToRecover implements RecoveryVisitor {
        @Override
        public void record(long position, String tenant, ByteBuffer payload, int units) {
            throw new AssertionError("log was empty");
        }

        @Override
        public void hole(String file, long fromOffset, long toOffset) {
            throw new AssertionError("log was empty");
        }

        @Override
        public void unreadable(String file, String reason) {
            throw new AssertionError("log was empty");
        }
    }
}
