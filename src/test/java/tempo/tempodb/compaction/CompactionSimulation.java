package tempo.tempodb.compaction;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import tempo.span.TraceKey;
import tempo.tempodb.PutBatch;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockCursor;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.EntryVisitor;

/**
 * Some nodes over one store: two that cut blocks, two that both believe to be the coordinator, three workers, and a reader that looks
 * at all blocks again and again. Each step of each may be followed by any step of another, by a long pause, or by a crash.
 */
final class CompactionSimulation {
    private static final CompactionConfig CONFIG = new CompactionConfig(
            List.of(Duration.ofMinutes(30), Duration.ofHours(2)), Duration.ofMinutes(1), 1 << 20, 3, 2);
    static final Rules RULES = new Rules(true, Duration.ofMinutes(10));

    private static final SweepConfig SWEEP = new SweepConfig(
            Retention.ofAll(Duration.ofDays(14)),
            Duration.ofMinutes(10),
            Duration.ofHours(2),
            Duration.ofDays(1),
            Duration.ofDays(7));
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
    private static final int STEPS = 2_000;
    private static final int CUTS = 5;
    private static final TraceKey FIRST = new TraceKey(0, 0);
    private static final TraceKey LAST = new TraceKey(-1, -1);

    private final Rules rules;
    private final Random random;
    private final Interleaving time;
    private final SimulatedStore.Shared shared;
    private final Set<String> acknowledged = new HashSet<>();
    private final Set<String> attempted = new HashSet<>();
    private final Deque<Assigned> inbox = new ArrayDeque<>();
    private final List<Deque<Report>> reports = List.of(new ArrayDeque<>(), new ArrayDeque<>());
    private final Random ids;

    int observations;
    int merges;
    int lateCommits;

    /** What is tried out: what keeps it right can be left out, to see that it is needed. */
    record Rules(boolean fenced, Duration grace) {}

    private record Assigned(int coordinator, CompactionJob job) {}

    private record Report(CompactionJob job, Optional<BlockMeta> output, boolean failed) {}

    CompactionSimulation(long seed, Rules rules) {
        this.rules = rules;
        this.random = new Random(seed);
        this.ids = new Random(seed);
        this.time = new Interleaving(seed, START);
        this.shared = new SimulatedStore.Shared(time);
    }

    /** Every change of the store, one to a line. */
    String history() {
        return String.join("\n", shared.history);
    }

    private UUID nextId() {
        return new UUID(ids.nextLong(), ids.nextLong());
    }

    private TempoDb open(SimulatedStore store) throws IOException {
        return TempoDb.open(store, TempoDbConfig.DEFAULT, time::now, this::nextId);
    }

    void run() throws Throwable {
        for (int i = 0; i < 2; i++) {
            int node = i;
            time.add("cutter " + node, 3, () -> cut(node));
            time.add("coordinator " + node, 4, () -> coordinate(node));
        }
        for (int i = 0; i < 3; i++) {
            String name = "worker " + i;
            time.add(name, 4, () -> work(name));
        }
        time.add("reader", 0, this::read);
        time.run(STEPS);
        settle();
    }

    private final int[] cuts = new int[2];

    private void cut(int node) throws IOException {
        TempoDb db = open(shared.open());
        while (cuts[node] < CUTS) {
            cuts[node]++;
            PutBatch batch = db.batch("t", BlockContent.OPAQUE);
            List<String> values = new ArrayList<>();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                String value = "value " + i + " of block " + cuts[node] + " of node " + node;
                values.add(value);
                batch.put(new TraceKey(random.nextInt(5), 1), value.getBytes(UTF_8));
            }
            attempted.addAll(values);
            batch.commit();
            acknowledged.addAll(values);
        }
    }

    private void coordinate(int node) throws IOException {
        SimulatedStore store = shared.open();
        TempoDb db = open(store);
        CompactionCoordinator coordinator = new CompactionCoordinator(db, store, CONFIG, time::now, this::nextId);
        Sweep sweep = new Sweep(
                db,
                store,
                new SweepConfig(
                        SWEEP.retention(), rules.grace(), SWEEP.orphanAge(), SWEEP.writeAge(), SWEEP.abandonedKept()),
                time::now);
        reports.get(node).clear();
        while (true) {
            round(coordinator, sweep, node);
        }
    }

    private void round(CompactionCoordinator coordinator, Sweep sweep, int node) throws IOException {
        coordinator.refresh();
        for (Report report = reports.get(node).poll();
                report != null;
                report = reports.get(node).poll()) {
            if (report.failed()) {
                coordinator.failed(report.job().number(), List.of());
            } else if (report.output().isPresent()) {
                coordinator.committed(report.job().number(), report.output().get());
            }
        }
        coordinator.giveUpSilent(SILENCE);
        for (int i = random.nextInt(3); i > 0; i--) {
            Optional<CompactionJob> job = coordinator.assign("some worker");
            if (job.isPresent() && random.nextInt(10) > 0) {
                inbox.add(new Assigned(node, job.get()));
            }
        }
        Set<UUID> inputs = new HashSet<>();
        Set<UUID> outputs = new HashSet<>();
        for (CompactionJob job : coordinator.open()) {
            inputs.addAll(job.inputs());
            outputs.add(job.output().blockId());
        }
        sweep.removeBlocks(inputs);
        if (random.nextInt(5) == 0) {
            sweep.removeOrphans(outputs);
        }
    }

    private void work(String name) throws IOException {
        SimulatedStore store = shared.open();
        TempoDb db = open(store);
        while (true) {
            db.poll();
            Assigned assigned = inbox.poll();
            if (assigned == null) {
                continue;
            }
            Report report;
            try {
                db.poll();
                Optional<BlockMeta> output = new CompactionRun(assigned.job(), db, store, Runnable::run).run();
                merges++;
                report = new Report(assigned.job(), output, false);
            } catch (IOException failed) {
                lateCommits += String.valueOf(failed.getMessage()).contains("exists already") ? 1 : 0;
                report = new Report(assigned.job(), Optional.empty(), true);
            }
            if (random.nextInt(10) > 0) {
                reports.get(assigned.coordinator()).add(report);
            }
        }
    }

    private void read() throws IOException {
        TempoDb db = open(shared.open());
        while (true) {
            Set<String> before = new TreeSet<>(acknowledged);
            Instant began = time.now();
            db.poll();
            Map<String, Integer> found = new HashMap<>();
            try {
                collect(db, found);
            } catch (NoSuchFileException deleted) {
                if (Duration.between(began, time.now()).compareTo(SWEEP.grace()) < 0) {
                    throw deleted;
                }
                continue;
            }
            check(before, found);
            observations++;
        }
    }

    private static void collect(TempoDb db, Map<String, Integer> found) throws IOException {
        db.scan("t", FIRST, LAST, new EntryVisitor() {
            @Override
            public void entry(BlockCursor entry) throws IOException {
                found.merge(UTF_8.decode(entry.value()).toString(), 1, Integer::sum);
            }

            @Override
            public void unreadable(CorruptBlockException damage) throws IOException {
                throw damage;
            }
        });
    }

    private void check(Set<String> expected, Map<String, Integer> found) {
        Set<String> missing = new TreeSet<>(expected);
        missing.removeAll(found.keySet());
        Set<String> unknown = new TreeSet<>(found.keySet());
        unknown.removeAll(attempted);
        Set<String> doubled = new TreeSet<>();
        found.forEach((value, count) -> {
            if (count > 1) {
                doubled.add(value);
            }
        });
        if (!missing.isEmpty() || !unknown.isEmpty() || !doubled.isEmpty()) {
            throw new AssertionError("missing " + missing + ", unknown " + unknown + ", doubled " + doubled);
        }
    }

    /** One coordinator and one worker are left, and go on until nothing is left to do: all is there, once, and nothing else. */
    private void settle() throws IOException {
        inbox.clear();
        SimulatedStore store = shared.open();
        TempoDb db = open(store);
        Interleaving later = time;
        CompactionCoordinator coordinator = new CompactionCoordinator(db, store, CONFIG, later::now, this::nextId);
        Sweep sweep = new Sweep(db, store, SWEEP, later::now);
        for (int day = 0; day < 9; day++) {
            for (int i = 0; i < 12; i++) {
                later.pass(i == 0 ? Duration.ofHours(22) : Duration.ofMinutes(11));
                round(coordinator, sweep, 0);
                for (Assigned each = inbox.poll(); each != null; each = inbox.poll()) {
                    Optional<BlockMeta> output = new CompactionRun(each.job(), db, store, Runnable::run).run();
                    coordinator.committed(each.job().number(), output.orElseThrow());
                }
                sweep.removeOrphans(Set.of());
            }
        }
        Map<String, Integer> found = new HashMap<>();
        collect(db, found);
        check(acknowledged, found);
        Set<String> needed = new TreeSet<>();
        for (BlockMeta meta : db.blocks("t").visible()) {
            needed.add(meta.spec().metaName());
            needed.add(meta.spec().dataName());
        }
        Set<String> left = new TreeSet<>();
        store.list("t/", object -> left.add(object.key()));
        if (!left.equals(needed)) {
            throw new AssertionError("in the store are " + left + " but wanted are " + needed);
        }
        List<String> jobs = new ArrayList<>();
        store.list("@", object -> jobs.add(object.key()));
        if (jobs.size() > 1) {
            throw new AssertionError("records of jobs are left: " + jobs);
        }
    }
}
