package tempo.tempodb.compaction;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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
import tempo.tempodb.PutBatch;
import tempo.tempodb.Retention;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;

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
            Duration.ofDays(3),
            Duration.ofHours(2),
            Duration.ofDays(1),
            Duration.ofDays(3));
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");
    private static final int STEPS = 2_000;
    private static final int CUTS = 5;
    private static final int TRACES = 5;

    private final Rules rules;
    private final Random random;
    private final Interleaving time;
    private final SimulatedStore.Shared shared;
    private final ExpectedValues values = new ExpectedValues();
    private final Deque<Assigned> inbox = new ArrayDeque<>();
    private final List<Deque<Report>> reports = List.of(new ArrayDeque<>(), new ArrayDeque<>());
    private final Random ids;

    int observations;
    int merges;
    int lateCommits;

    /** What is tried out: what keeps it right can be left out, to see that it is needed. */
    record Rules(boolean fenced, Duration grace) {}

    private record Assigned(int coordinator, CompactionJob job) {}

    private record Report(CompactionJob job, Optional<BlockMeta> output, Optional<IOException> failure) {}

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
        if (random.nextBoolean()) {
            time.add("deleter", 2, this::delete);
        }
        if (random.nextInt(4) == 0) {
            time.add("damage", 0, this::damage);
        } else if (random.nextInt(3) == 0) {
            time.add("damage of a record", 0, this::damageRecord);
        }
        time.run(STEPS);
        settle();
    }

    /** Deletes one trace, after some while. */
    private void delete() throws IOException {
        TempoDb db = open(shared.open());
        for (int i = random.nextInt(30); i > 0; i--) {
            db.poll();
        }
        int trace = random.nextInt(TRACES);
        values.deletedMaybe.add(trace);
        db.deleteTrace("t", ExpectedValues.keyOf(trace));
        values.deleted.add(trace);
    }

    /** Cuts the data of one block to half, after some while. What was in it may be lost, and nothing else. */
    private void damage() throws IOException {
        SimulatedStore store = shared.open();
        TempoDb db = open(store);
        for (int i = 10 + random.nextInt(40); i > 0; i--) {
            db.poll();
        }
        List<BlockMeta> blocks = db.blocks("t").visible();
        if (!blocks.isEmpty()) {
            BlockMeta meta = blocks.get(random.nextInt(blocks.size()));
            String name = meta.spec().dataName();
            byte[] content = shared.objects.contentOrEmpty(name);
            if (content.length > 0) {
                shared.history.add(time.now() + " damage of " + name);
                values.lost.addAll(ExpectedValues.valuesOf(meta, shared.objects));
                shared.objects.replace(name, Arrays.copyOf(content, random.nextInt(content.length)));
            }
        }
    }

    /** Changes a bit of one commit record, after some while. What it said is in the data as well: nobody misses it. */
    private void damageRecord() throws IOException {
        TempoDb db = open(shared.open());
        for (int i = 10 + random.nextInt(40); i > 0; i--) {
            db.poll();
        }
        List<BlockMeta> blocks = new ArrayList<>(db.blocks("t").visible());
        blocks.addAll(db.blocks("t").replaced());
        if (!blocks.isEmpty()) {
            String name = blocks.get(random.nextInt(blocks.size())).spec().metaName();
            byte[] content = shared.objects.contentOrEmpty(name).clone();
            if (content.length > 0) {
                shared.history.add(time.now() + " damage of " + name);
                content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
                shared.objects.replace(name, content);
            }
        }
    }

    private final int[] cuts = new int[2];

    private void cut(int node) throws IOException {
        TempoDb db = open(shared.open());
        while (cuts[node] < CUTS) {
            cuts[node]++;
            PutBatch batch = db.batch("t", BlockContent.OPAQUE);
            List<String> put = new ArrayList<>();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                int trace = random.nextInt(TRACES);
                String value = "value " + i + " of block " + cuts[node] + " of node " + node + " of trace " + trace;
                put.add(value);
                batch.put(ExpectedValues.keyOf(trace), value.getBytes(UTF_8));
            }
            values.attempted.addAll(put);
            batch.commit();
            values.acknowledged.addAll(put);
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
                        SWEEP.retention(),
                        rules.grace(),
                        SWEEP.quarantine(),
                        SWEEP.orphanAge(),
                        SWEEP.writeAge(),
                        SWEEP.abandonedKept()),
                time::now);
        reports.get(node).clear();
        while (true) {
            round(coordinator, sweep, new IndexUpkeep(db, coordinator, time::now), node);
        }
    }

    private void round(CompactionCoordinator coordinator, Sweep sweep, IndexUpkeep indexes, int node)
            throws IOException {
        coordinator.refresh();
        for (Report report = reports.get(node).poll();
                report != null;
                report = reports.get(node).poll()) {
            if (report.failure().isPresent()) {
                Optional<BadInputException> bad = report.failure()
                        .filter(BadInputException.class::isInstance)
                        .map(BadInputException.class::cast);
                coordinator.failed(
                        report.job().output().blockId(),
                        bad.map(BadInputException::blockId),
                        bad.isPresent() && bad.get().damaged(),
                        "some reason");
            } else if (report.output().isPresent()) {
                coordinator.committed(report.output().get());
            } else {
                coordinator.emptied(report.job().output().blockId());
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
        if (random.nextInt(2) == 0) {
            indexes.run();
        }
    }

    private void finish(CompactionJob job, CompactionCoordinator coordinator, TempoDb db, SimulatedStore store)
            throws IOException {
        try {
            Optional<BlockMeta> output = new CompactionRun(job, db, store, time::now, Runnable::run).run();
            if (output.isPresent()) {
                coordinator.committed(output.get());
            } else {
                coordinator.emptied(job.output().blockId());
            }
        } catch (BadInputException bad) {
            coordinator.failed(job.output().blockId(), Optional.of(bad.blockId()), bad.damaged(), "it is bad");
        } catch (IOException failed) {
            coordinator.failed(job.output().blockId(), Optional.empty(), false, "some reason");
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
                Optional<BlockMeta> output =
                        new CompactionRun(assigned.job(), db, store, time::now, Runnable::run).run();
                merges++;
                report = new Report(assigned.job(), output, Optional.empty());
            } catch (IOException failed) {
                lateCommits += String.valueOf(failed.getMessage()).contains("exists already") ? 1 : 0;
                report = new Report(assigned.job(), Optional.empty(), Optional.of(failed));
            }
            if (random.nextInt(10) > 0) {
                reports.get(assigned.coordinator()).add(report);
            }
        }
    }

    private void read() throws IOException {
        TempoDb db = open(shared.open());
        while (true) {
            Set<String> before = new TreeSet<>(values.acknowledged);
            Set<Integer> hidden = new HashSet<>(values.deleted);
            Instant began = time.now();
            db.poll();
            Map<String, Integer> found = new HashMap<>();
            List<IOException> damages = new ArrayList<>();
            boolean aborted = false;
            try {
                ExpectedValues.collect(db, found, damages);
            } catch (NoSuchFileException deletedMeanwhile) {
                damages.add(deletedMeanwhile);
                aborted = true;
            }
            boolean late = Duration.between(began, time.now()).compareTo(SWEEP.grace()) >= 0;
            if (!late && (aborted || !damages.isEmpty() && values.lost.isEmpty())) {
                throw damages.get(0);
            }
            if (late && !damages.isEmpty()) {
                // It took longer than blocks are kept for it, and knows that something is missing.
                continue;
            }
            values.check(before, hidden, found);
            observations++;
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
        IndexUpkeep indexes = new IndexUpkeep(db, coordinator, later::now);
        for (int day = 0; day < 13; day++) {
            for (int i = 0; i < 6; i++) {
                later.pass(i == 0 ? Duration.ofHours(22) : Duration.ofMinutes(11));
                for (int trace = 0; trace < TRACES; trace++) {
                    db.find("t", ExpectedValues.keyOf(trace));
                }
                db.markSuspects();
                round(coordinator, sweep, indexes, 0);
                for (Assigned each = inbox.poll(); each != null; each = inbox.poll()) {
                    finish(each.job(), coordinator, db, store);
                }
                sweep.removeOrphans(Set.of());
            }
        }
        Map<String, Integer> found = new HashMap<>();
        List<IOException> damages = new ArrayList<>();
        ExpectedValues.collect(db, found, damages);
        values.check(values.acknowledged, values.deleted, found);
        if (!damages.isEmpty()) {
            throw damages.get(0);
        }
        for (BlockMeta meta : db.blocks("t").visible()) {
            for (String value : ExpectedValues.valuesOf(meta, shared.objects)) {
                if (values.deleted.contains(ExpectedValues.traceOf(value))) {
                    throw new AssertionError("still stored, though deleted: " + value);
                }
            }
        }
        Set<String> needed = new TreeSet<>();
        for (BlockMeta meta : db.blocks("t").visible()) {
            needed.add(meta.spec().metaName());
            needed.add(meta.spec().dataName());
        }
        if (!needed.isEmpty()) {
            db.blocks("t").directories().forEach(directory -> needed.add(directory.name()));
        }
        Set<String> left = new TreeSet<>();
        store.list("t/2", object -> left.add(object.key()));
        if (!left.equals(needed)) {
            throw new AssertionError("in the store are " + left + " but wanted are " + needed);
        }
        List<String> jobs = new ArrayList<>();
        store.list("~jobs/", object -> jobs.add(object.key()));
        if (jobs.size() > 1) {
            throw new AssertionError("records of jobs are left: " + jobs);
        }
    }
}
