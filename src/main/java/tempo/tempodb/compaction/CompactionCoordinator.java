package tempo.tempodb.compaction;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import tempo.tempodb.TempoDb;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.block.AbandonedBlock;
import tempo.tempodb.block.BlockMeta;
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
    private final InstantSource clock;
    private final Supplier<UUID> blockIds;

    private final Map<Long, Running> running = new TreeMap<>();
    private final Map<UUID, Rest> resting = new HashMap<>();
    private final Deque<Merge> due = new ArrayDeque<>();
    private final Set<UUID> abandoned = new HashSet<>();
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
        this.clock = clock;
        this.blockIds = blockIds;
    }

    /**
     * Learns from the store which jobs there are and how they ended, and plans what is due. A job that is open and of which no worker
     * is known belongs to one that a coordinator before this one knew; it counts as heard of now.
     */
    public void refresh() throws IOException {
        log.refresh();
        db.poll();
        Instant now = clock.instant();
        for (CompactionJob job : log.jobs()) {
            if (hasEnded(job)) {
                running.remove(job.number());
                log.remove(job);
            } else {
                running.putIfAbsent(job.number(), new Running(job, "", now));
            }
        }
        Set<Long> open = new HashSet<>();
        log.jobs().forEach(job -> open.add(job.number()));
        running.keySet().retainAll(open);
        resting.values().removeIf(rest -> rest.until().plus(REST_MAX).isBefore(now));
        plan(now);
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
        running.put(job.get().number(), new Running(job.get(), worker, now));
        return job;
    }

    /**
     * A worker says which job it is at.
     *
     * @return false if the job is not open any more: it must be cancelled
     */
    public boolean heard(String worker, long job) {
        Running known = running.get(job);
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
    public void committed(long job, BlockMeta output) {
        db.add(output);
        Running known = running.remove(job);
        if (known != null) {
            known.job.inputs().forEach(resting::remove);
        }
    }

    /** A worker found nothing left of the blocks of its job: they are deleted. */
    public void emptied(long job) throws IOException {
        Running known = running.get(job);
        if (known == null) {
            return;
        }
        TenantBlocks blocks = db.blocks(known.job.tenant());
        if (giveUp(known.job, "nothing is left of its blocks")) {
            List<BlockMeta> emptied = blocks.visible().stream()
                    .filter(meta -> known.job.inputs().contains(meta.blockId()))
                    .toList();
            if (!emptied.isEmpty()) {
                db.remove(emptied);
            }
        }
    }

    /** A worker could not do its job; the blocks that are to blame rest, or all of them if none is named. */
    public void failed(long job, List<UUID> toBlame) throws IOException {
        Running known = running.get(job);
        if (known == null || !giveUp(known.job, "its worker failed")) {
            return;
        }
        Instant now = clock.instant();
        for (UUID block : toBlame.isEmpty() ? known.job.inputs() : toBlame) {
            Rest last = resting.get(block);
            Duration length = last == null ? REST_MIN : last.length().multipliedBy(2);
            length = length.compareTo(REST_MAX) < 0 ? length : REST_MAX;
            resting.put(block, new Rest(now.plus(length), length));
        }
    }

    /**
     * Ends a job so that its worker cannot commit any more.
     *
     * @return false if it was committed first
     */
    private boolean giveUp(CompactionJob job, String reason) throws IOException {
        byte[] record = AbandonedBlock.encode("job " + job.number() + ": " + reason, clock.instant());
        String name = job.output().metaName();
        if (!store.putIfAbsent(name, ByteBuffer.wrap(record))) {
            long bytes = store.head(name).bytes();
            byte[] there = store.read(name, 0, (int) Math.min(bytes, BlockMeta.BYTES_MAX));
            if (!AbandonedBlock.isOne(there)) {
                committed(job.number(), BlockMeta.decode(name, there));
                return false;
            }
        }
        running.remove(job.number());
        abandoned.add(job.output().blockId());
        log.remove(job);
        return true;
    }

    private boolean hasEnded(CompactionJob job) {
        UUID output = job.output().blockId();
        TenantBlocks blocks = db.blocks(job.tenant());
        return abandoned.contains(output)
                || blocks.visible().stream().anyMatch(meta -> meta.blockId().equals(output))
                || blocks.replaced().stream().anyMatch(meta -> meta.blockId().equals(output));
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
            for (Merge merge : plan.due(db.blocks(tenant).visible(), busy, now)) {
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

    private record Ranked(int rank, Merge merge) {}
}
