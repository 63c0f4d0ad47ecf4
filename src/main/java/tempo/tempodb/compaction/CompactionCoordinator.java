package tempo.tempodb.compaction;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import tempo.tempodb.TempoDb;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.AbandonedBlock;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.blocklist.BadBlock;
import tempo.tempodb.blocklist.TenantBlocks;

/*
 * Why two that both believe to coordinate do no harm: a job is made by putting the record of the next number if it is absent, after
 * all jobs before it are known; so none of them shares a block with another that is open. Whoever refreshes lists the jobs first and
 * the blocks after that: a job that is not in the log any more has ended before the blocks were listed. A job ends by the record under
 * its output's name, which is put if absent as well: by its worker, with the block, or by a coordinator, to say that it was given up. A
 * worker that comes back from the dead finds that record and cannot commit.
 */
/**
 * Hands out the merges that are due, one job to each worker at a time, and takes them back from workers that are not heard of.
 * What it must not forget is in the store: another one on another node goes on where this one stopped.
 *
 * <p>For one thread at a time; all calls that may throw an {@link IOException} block for as long as the store does.
 */
public final class CompactionCoordinator {
    /** A block that made a job fail is left alone for as long, twice as long after each further failure. */
    private static final Duration REST_MIN = Duration.ofMinutes(1);

    private static final Duration REST_MAX = Duration.ofHours(4);

    /** A worker ends its job before it is as old, whatever a record that cannot be read was about. */
    private static final Duration JOB_AGE_MAX = Duration.ofHours(2);

    private final TempoDb db;
    private final ObjectStore store;
    private final CompactionPlan plan;
    private final JobLog log;
    private final DeletedTraces deleted;
    private final DamagedRecords damagedRecords;
    private final InstantSource clock;
    private final Supplier<UUID> blockIds;

    /** By the id of the output: a number may be used again once its job is over, and news of that come late. */
    private final Map<UUID, Running> running = new LinkedHashMap<>();

    private final Map<UUID, Rest> resting = new HashMap<>();
    private final Deque<Merge> due = new ArrayDeque<>();
    private final Set<UUID> abandoned = new HashSet<>();

    /** Damaged blocks of which nothing is whole. */
    private final Set<UUID> hopeless = new HashSet<>();

    private List<UUID> restored = List.of();

    private Backlog backlog = new Backlog(0, 0, 0);

    /** A job that a worker has, as far as is known here. */
    private static final class Running {
        private final CompactionJob job;
        private String worker;
        private Instant heard;

        Running(CompactionJob job, String worker, Instant heard) {
            this.job = job;
            this.worker = worker;
            this.heard = heard;
        }
    }

    private record Rest(Instant until, Duration length) {}

    /**
     * What is waiting.
     *
     * @param merges that are due and not begun
     * @param bytes of their blocks
     * @param lagSeconds how long ago the earliest window was closed that has a merge due; 0 if none is
     */
    public record Backlog(int merges, long bytes, long lagSeconds) {}

    /**
     * @param db the blocks
     * @param store where they are
     * @param blockIds ids that were never used
     */
    public CompactionCoordinator(
            TempoDb db, ObjectStore store, CompactionConfig config, InstantSource clock, Supplier<UUID> blockIds) {
        this.db = db;
        this.store = store;
        this.plan = new CompactionPlan(config);
        this.log = new JobLog(store);
        this.deleted = new DeletedTraces(db);
        this.damagedRecords = new DamagedRecords(store);
        this.clock = clock;
        this.blockIds = blockIds;
    }

    /**
     * Learns from the store which jobs there are and how they ended, and plans what is due. A job that is open and of which no worker
     * is known belongs to one that a coordinator before this one knew; it counts as heard of now.
     */
    public void refresh() throws IOException {
        log.refresh();
        restored = damagedRecords.restore(db.poll().damaged());
        Instant now = clock.instant();
        for (CompactionJob job : log.jobs()) {
            if (hasEnded(job)) {
                running.remove(job.output().blockId());
                log.remove(job);
            } else {
                running.putIfAbsent(job.output().blockId(), new Running(job, "", now));
            }
        }
        Set<UUID> open = new HashSet<>();
        log.jobs().forEach(job -> open.add(job.output().blockId()));
        running.keySet().retainAll(open);
        resting.values().removeIf(rest -> rest.until().plus(REST_MAX).isBefore(now));
        plan(now);
    }

    /** True if blocks of this window are being merged, or are about to be. */
    boolean isMerging(String tenant, ArrivalWindow window) {
        return due.stream()
                        .anyMatch(merge ->
                                merge.tenant().equals(tenant) && merge.window().equals(window))
                || open().stream()
                        .anyMatch(job -> job.tenant().equals(tenant)
                                && job.output().window().equals(window));
    }

    /** Blocks whose commit records were damaged, and were put anew by the last refresh. */
    public List<UUID> restored() {
        return restored;
    }

    /** What is waiting, as of the last refresh. */
    public Backlog backlog() {
        return backlog;
    }

    /** Jobs that are open, as far as is known here. */
    public List<CompactionJob> open() {
        return running.values().stream().map(each -> each.job).toList();
    }

    /**
     * Makes a job for a worker that has none.
     *
     * @return nothing if nothing is due, or another coordinator was faster: then there may be after the next refresh
     */
    public Optional<CompactionJob> assign(String worker) throws IOException {
        Instant now = clock.instant();
        if (log.lastUnreadable().filter(at -> at.plus(JOB_AGE_MAX).isAfter(now)).isPresent()) {
            return Optional.empty();
        }
        Merge merge = due.poll();
        if (merge == null) {
            return Optional.empty();
        }
        Optional<CompactionJob> job = log.create(merge, blockIds.get(), now);
        if (job.isEmpty()) {
            due.clear();
            return job;
        }
        running.put(job.get().output().blockId(), new Running(job.get(), worker, now));
        return job;
    }

    /**
     * A worker says which job it is at, by its output.
     *
     * @return false if the job is not open any more: it must be cancelled
     */
    public boolean heard(String worker, UUID output) {
        Running known = running.get(output);
        if (known == null) {
            return false;
        }
        known.worker = worker;
        known.heard = clock.instant();
        return true;
    }

    /** Gives up the jobs of workers that were not heard of for so long. */
    public void giveUpSilent(Duration silence) throws IOException {
        Instant before = clock.instant().minus(silence);
        for (Running each : new ArrayList<>(running.values())) {
            if (each.heard.isBefore(before)) {
                giveUp(each.job, "its worker was not heard of for " + silence.toSeconds() + " s");
            }
        }
    }

    /** Gives up the jobs of a worker that is gone. */
    public void lost(String worker) throws IOException {
        for (Running each : new ArrayList<>(running.values())) {
            if (each.worker.equals(worker)) {
                giveUp(each.job, "its worker " + worker + " is gone");
            }
        }
    }

    /** A worker has committed the output of its job. */
    public void committed(BlockMeta output) {
        db.add(output);
        Running known = running.remove(output.blockId());
        if (known != null) {
            known.job.inputs().forEach(resting::remove);
        }
    }

    /** A worker found nothing left of the blocks of its job: from now on they are replaced by nothing, unless they are damaged. */
    public void emptied(UUID output) throws IOException {
        Running known = running.get(output);
        if (known != null) {
            Set<UUID> bad = idsOf(db.blocks(known.job.tenant()).bad());
            List<UUID> empty = known.job.inputs().stream()
                    .filter(input -> !bad.contains(input))
                    .toList();
            if (giveUp(known.job, "nothing is left of its blocks", empty)) {
                hopeless.addAll(known.job.inputs());
                hopeless.retainAll(bad);
            }
        }
    }

    /**
     * A worker could not do its job: the block that is to blame rests, or all of them if none is named. A block that is found damaged
     * for the second time is marked.
     */
    public void failed(UUID output, Optional<UUID> toBlame, boolean damaged, String reason) throws IOException {
        Running known = running.get(output);
        if (known == null || !giveUp(known.job, "its worker failed")) {
            return;
        }
        Instant now = clock.instant();
        for (UUID block : toBlame.map(List::of).orElse(known.job.inputs())) {
            Rest last = resting.get(block);
            if (damaged && last != null) {
                markBad(known.job.tenant(), block, reason);
                continue;
            }
            Duration length = last == null ? REST_MIN : last.length().multipliedBy(2);
            length = length.compareTo(REST_MAX) < 0 ? length : REST_MAX;
            resting.put(block, new Rest(now.plus(length), length));
        }
    }

    private void markBad(String tenant, UUID block, String reason) throws IOException {
        resting.remove(block);
        if (idsOf(db.blocks(tenant).bad()).contains(block)) {
            hopeless.add(block);
            return;
        }
        for (BlockMeta meta : db.blocks(tenant).visible()) {
            if (meta.blockId().equals(block)) {
                db.markBad(meta, reason);
            }
        }
    }

    /**
     * Ends a job so that its worker cannot commit any more.
     *
     * @return false if it was committed first
     */
    private boolean giveUp(CompactionJob job, String reason) throws IOException {
        return giveUp(job, reason, List.of());
    }

    private boolean giveUp(CompactionJob job, String reason, List<UUID> replaces) throws IOException {
        byte[] record = new AbandonedBlock("job " + job.number() + ": " + reason, replaces).encode();
        String name = job.output().metaName();
        while (!store.putIfAbsent(name, ByteBuffer.wrap(record))) {
            try {
                long bytes = store.head(name).bytes();
                byte[] there = store.read(name, 0, (int) Math.min(bytes, BlockMeta.BYTES_MAX));
                if (AbandonedBlock.decode(there).isEmpty()) {
                    committed(BlockMeta.decode(name, there));
                    return false;
                }
                break;
            } catch (CorruptBlockException damaged) {
                // Nobody can commit the block any more; what it replaced is there, or lost with it.
                break;
            } catch (NoSuchFileException deletedMeanwhile) {
                // It was committed, and replaced since: from now on it is not to be committed again.
                continue;
            }
        }
        running.remove(job.output().blockId());
        abandoned.add(job.output().blockId());
        log.remove(job);
        return true;
    }

    private boolean hasEnded(CompactionJob job) {
        UUID output = job.output().blockId();
        TenantBlocks blocks = db.blocks(job.tenant());
        return abandoned.contains(output)
                || db.isAbandoned(job.output())
                || blocks.visible().stream().anyMatch(meta -> meta.blockId().equals(output))
                || blocks.replaced().stream().anyMatch(meta -> meta.blockId().equals(output))
                || idsOf(blocks.quarantined()).contains(output)
                || blocks.unreadable().stream().anyMatch(meta -> meta.blockId().equals(output));
    }

    private static Set<UUID> idsOf(List<BadBlock> blocks) {
        Set<UUID> ids = new HashSet<>();
        blocks.forEach(bad -> ids.add(bad.meta().blockId()));
        return ids;
    }

    private void plan(Instant now) {
        Set<UUID> busy = new HashSet<>();
        running.values().forEach(each -> busy.addAll(each.job.inputs()));
        resting.forEach((block, rest) -> {
            if (rest.until().isAfter(now)) {
                busy.add(block);
            }
        });
        List<Ranked> ranked = new ArrayList<>();
        long bytes = 0;
        long lag = 0;
        for (String tenant : db.tenants()) {
            int rank = 0;
            TenantBlocks blocks = db.blocks(tenant);
            for (Merge alone : alone(blocks, busy, now)) {
                busy.add(alone.inputs().get(0).blockId());
                ranked.add(new Ranked(rank++, alone));
            }
            Set<UUID> bad = idsOf(blocks.bad());
            List<BlockMeta> mergeable = blocks.visible().stream()
                    .filter(meta -> !bad.contains(meta.blockId())
                            && !blocks.tombstones().hides(meta.spec().window()))
                    .toList();
            for (Merge merge : plan.due(mergeable, busy, now)) {
                ranked.add(new Ranked(rank++, merge));
                bytes += merge.bytes();
                lag = Math.max(lag, plan.secondsDue(merge, now));
            }
        }
        // The first of every tenant come before the second of any: a large tenant does not keep a small one waiting.
        ranked.sort(Comparator.comparingInt(Ranked::rank)
                .thenComparingInt(each -> -each.merge().inputs().size()));
        due.clear();
        ranked.forEach(each -> due.add(each.merge()));
        backlog = new Backlog(due.size(), bytes, lag);
    }

    /** Blocks that are to be written again by themselves: those that are damaged, and those that hold a trace that was deleted. */
    private List<Merge> alone(TenantBlocks blocks, Set<UUID> busy, Instant now) {
        List<Merge> alone = new ArrayList<>();
        for (BadBlock bad : blocks.bad()) {
            UUID block = bad.meta().blockId();
            if (!busy.contains(block) && !hopeless.contains(block)) {
                alone.add(new Merge(bad.meta().spec().window(), List.of(bad.meta())));
            }
        }
        Set<UUID> bad = idsOf(blocks.bad());
        for (BlockMeta meta : deleted.holders(blocks, now)) {
            if (!busy.contains(meta.blockId()) && !bad.contains(meta.blockId())) {
                alone.add(new Merge(meta.spec().window(), List.of(meta)));
            }
        }
        return alone;
    }

    private record Ranked(int rank, Merge merge) {}
}
