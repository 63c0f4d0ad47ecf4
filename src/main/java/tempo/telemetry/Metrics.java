package tempo.telemetry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import kamon.Kamon;
import kamon.metric.Counter;
import kamon.metric.Gauge;
import kamon.metric.Timer;
import kamon.tag.TagSet;

/**
 * Everything that is counted, under the names that {@code /metrics} shows. Per tenant and reason, accepted and refused spans
 * add up to those received. Thread-safe; a counter costs some tens of nanoseconds.
 */
public final class Metrics {
    private final Map<TagSet, Map<String, Counter>> counters = new ConcurrentHashMap<>();
    private final Map<String, Timer> queries = new ConcurrentHashMap<>();
    private final Map<Integer, long[]> liveByRange = new ConcurrentHashMap<>();
    private final IngesterFigures figures = new IngesterFigures();

    private final Gauge liveTraces =
            Kamon.gauge("tempo_live_traces", "Traces that are being received").withoutTags();
    private final Gauge liveBytes = Kamon.gauge("tempo_live_bytes", "Bytes in the write-ahead log of live traces")
            .withoutTags();
    private final Gauge headBytes = Kamon.gauge("tempo_head_block_bytes", "Bytes of finished traces in no block yet")
            .withoutTags();
    private final Gauge heldRecords = Kamon.gauge(
                    "tempo_wal_copies_held", "Records of other nodes' logs that this node holds")
            .withoutTags();
    private final Gauge copyBytesWaiting = Kamon.gauge(
                    "tempo_wal_copies_waiting_bytes", "Bytes of this node's log that wait for other nodes to hold them")
            .withoutTags();
    private final Gauge logsOwed = Kamon.gauge(
                    "tempo_wal_logs_owed", "Logs of nodes that are gone whose spans answers may lack")
            .withoutTags();
    private final Gauge headTraces = Kamon.gauge("tempo_head_block_traces", "Finished traces in no block yet")
            .withoutTags();
    private final Gauge bytesInFlight = Kamon.gauge(
                    "tempo_receiver_bytes_in_flight", "Bytes of requests without an answer")
            .withoutTags();
    private final Counter walRecords =
            Kamon.counter("tempo_wal_records_total", "Records made durable").withoutTags();
    private final Counter walBytes =
            Kamon.counter("tempo_wal_bytes_total", "Bytes made durable").withoutTags();
    private final Timer walCommit = Kamon.timer("tempo_wal_commit_seconds", "Time of one write and force")
            .withoutTags();
    private final Counter walCommitsFailed = Kamon.counter(
                    "tempo_wal_commits_failed_total", "Commits that could not be written or forced")
            .withoutTags();
    private final Counter walHoles = Kamon.counter(
                    "tempo_wal_holes_total", "Damaged stretches of the write-ahead log found at start")
            .withoutTags();
    private final Counter blocksCut =
            Kamon.counter("tempo_blocks_cut_total", "Blocks committed").withoutTags();
    private final Counter blockSpans = Kamon.counter("tempo_block_spans_total", "Spans in committed blocks")
            .withoutTags();
    private final Counter blockBytes = Kamon.counter("tempo_block_bytes_total", "Bytes of committed blocks")
            .withoutTags();
    private final Timer blockCut =
            Kamon.timer("tempo_block_cut_seconds", "Time to cut a block").withoutTags();
    private final Counter blockCutsFailed = Kamon.counter(
                    "tempo_block_cuts_failed_total", "Cuts that failed and will be repeated")
            .withoutTags();
    private final Counter compactions = Kamon.counter("tempo_compactions_total", "Merges of blocks done by this node")
            .withoutTags();
    private final Counter compactionsFailed = Kamon.counter(
                    "tempo_compactions_failed_total", "Merges of blocks that this node could not do")
            .withoutTags();
    private final Counter compactionBytesRead = Kamon.counter(
                    "tempo_compaction_bytes_read_total", "Bytes of blocks read to be merged")
            .withoutTags();
    private final Counter compactionBytesWritten = Kamon.counter(
                    "tempo_compaction_bytes_written_total", "Bytes of merged blocks")
            .withoutTags();
    private final Timer compaction = Kamon.timer("tempo_compaction_seconds", "Time of one merge of blocks")
            .withoutTags();
    private final Counter compactionStoreFailures = Kamon.counter(
                    "tempo_compaction_store_failures_total",
                    "Steps of the coordinator that the store failed, and that are repeated")
            .withoutTags();
    private final Counter blocksMarked = Kamon.counter(
                    "tempo_blocks_marked_total", "Blocks that this node found damaged and marked")
            .withoutTags();
    private final Counter blocksSalvaged = Kamon.counter(
                    "tempo_blocks_salvaged_total", "Damaged blocks of which this node saved what was whole")
            .withoutTags();
    private final Counter spansSalvaged =
            Kamon.counter("tempo_block_spans_salvaged_total", "Spans in these").withoutTags();
    private final Gauge compactionBacklog = Kamon.gauge(
                    "tempo_compaction_backlog_merges",
                    "Merges that are due and not begun, on the node that coordinates")
            .withoutTags();
    private final Gauge compactionBacklogBytes = Kamon.gauge(
                    "tempo_compaction_backlog_bytes", "Bytes of the blocks of these")
            .withoutTags();
    private final Gauge compactionLag = Kamon.gauge(
                    "tempo_compaction_lag_seconds", "How long ago the earliest time window closed that has a merge due")
            .withoutTags();
    private final Gauge compactionJobs = Kamon.gauge(
                    "tempo_compaction_jobs", "Merges under way, on the node that coordinates")
            .withoutTags();
    private final Counter partialAnswers = Kamon.counter(
                    "tempo_query_partial_total", "Answers that could not see everything")
            .withoutTags();

    /** Spans of one request, before any was refused, and the request's uncompressed bytes. */
    public void received(String tenant, long spans, long bytes) {
        tenantCounter("tempo_spans_received_total", tenant).increment(spans);
        tenantCounter("tempo_bytes_received_total", tenant).increment(bytes);
    }

    /** Spans that are durable and acknowledged, and the bytes of their request without refused spans. */
    public void accepted(String tenant, long spans, long bytes) {
        tenantCounter("tempo_spans_accepted_total", tenant).increment(spans);
        tenantCounter("tempo_bytes_accepted_total", tenant).increment(bytes);
    }

    /** Spans that were not accepted, and their bytes. */
    public void refused(String tenant, String reason, long spans, long bytes) {
        TagSet tags =
                TagSet.builder().add("tenant", tenant).add("reason", reason).build();
        counter("tempo_spans_refused_total", tags).increment(spans);
        counter("tempo_bytes_refused_total", tags).increment(bytes);
    }

    /** A request that was refused before its spans could be counted. */
    public void requestRefused(String receiver, String reason) {
        TagSet tags =
                TagSet.builder().add("receiver", receiver).add("reason", reason).build();
        counter("tempo_requests_refused_total", tags).increment();
    }

    /** Spans that a receiver took, and those that were refused one by one. */
    public void receivedBy(String receiver, long accepted, long refused) {
        counter("tempo_receiver_spans_accepted_total", TagSet.of("receiver", receiver))
                .increment(accepted);
        counter("tempo_receiver_spans_refused_total", TagSet.of("receiver", receiver))
                .increment(refused);
    }

    /** Bytes of requests that have no answer yet. */
    public void bytesInFlight(long bytes) {
        bytesInFlight.update(bytes);
    }

    /** What is live in one range; the gauges show the sum of all. */
    public void liveTraces(int range, long traces, long bytes) {
        long[] before = liveByRange.computeIfAbsent(range, r -> new long[2]);
        figures.liveTraces.addAndGet(traces - before[0]);
        figures.liveBytes.addAndGet(bytes - before[1]);
        liveTraces.increment(traces - before[0]);
        liveBytes.increment(bytes - before[1]);
        before[0] = traces;
        before[1] = bytes;
    }

    /** What the ingester's gauges show now. */
    public IngesterFigures ingesterFigures() {
        return figures;
    }

    /** One commit of the write-ahead log. */
    public void walCommitted(int records, long bytes, long nanos) {
        walRecords.increment(records);
        walBytes.increment(bytes);
        walCommit.record(nanos);
    }

    /** A commit that failed. */
    public void walCommitFailed() {
        walCommitsFailed.increment();
    }

    /** A record that the log refused. */
    public void walRefused(String reason) {
        counter("tempo_wal_refused_total", TagSet.of("reason", reason)).increment();
    }

    /** A damaged stretch of the log. */
    public void walHole() {
        walHoles.increment();
    }

    /** Copies of logs: records held for others, own bytes that wait for others, logs that are owed. */
    public void walCopies(long held, long waitingBytes, long owed) {
        figures.held.set(held);
        heldRecords.update(held);
        copyBytesWaiting.update(waitingBytes);
        logsOwed.update(owed);
    }

    /** Bytes, as received, of finished traces in no block yet. */
    public void headBytes(long bytes) {
        figures.headBytes.set(bytes);
        headBytes.update(bytes);
    }

    /** Finished traces in no block yet. */
    public void headTraces(long traces) {
        figures.headTraces.set(traces);
        headTraces.update(traces);
    }

    /** A committed block. */
    public void blockCut(long spans, long bytes, long millis) {
        blocksCut.increment();
        blockSpans.increment(spans);
        blockBytes.increment(bytes);
        blockCut.record(millis * 1_000_000);
    }

    /** A cut that failed. */
    public void blockCutFailed() {
        blockCutsFailed.increment();
    }

    /** A merge of blocks that was done. */
    public void compacted(long bytesRead, long bytesWritten, long nanos) {
        compactions.increment();
        compactionBytesRead.increment(bytesRead);
        compactionBytesWritten.increment(bytesWritten);
        compaction.record(nanos);
    }

    /** A merge of blocks that could not be done. */
    public void compactionFailed() {
        compactionsFailed.increment();
    }

    /** A damaged block of which so many spans were saved. */
    public void blockSalvaged(long spans) {
        blocksSalvaged.increment();
        spansSalvaged.increment(spans);
    }

    /** A block that was found damaged, and marked. */
    public void blockMarked() {
        blocksMarked.increment();
    }

    /** A step of the coordinator that is to be repeated, since the store failed. */
    public void compactionStoreFailed() {
        compactionStoreFailures.increment();
    }

    /** What is waiting to be merged, and how many merges are under way. */
    public void compactionBacklog(long merges, long bytes, long lagSeconds, long jobs) {
        compactionBacklog.update(merges);
        compactionBacklogBytes.update(bytes);
        compactionLag.update(lagSeconds);
        compactionJobs.update(jobs);
    }

    /** A damaged commit record was put anew from the copy in the block. */
    public void commitRecordRestored() {
        counter("tempo_commit_records_restored_total", TagSet.Empty()).increment();
    }

    /** Blocks whose objects were deleted: replaced, expired, or orphans. */
    public void blocksRemoved(String reason, long blocks) {
        if (blocks > 0) {
            counter("tempo_blocks_removed_total", TagSet.of("reason", reason)).increment(blocks);
        }
    }

    /** A query that was answered. */
    public void query(String kind, long nanos, boolean partial) {
        queries.computeIfAbsent(kind, name -> Kamon.timer("tempo_query_seconds", "Time to answer a query")
                        .withTag("kind", name))
                .record(nanos);
        if (partial) {
            partialAnswers.increment();
        }
    }

    private Counter tenantCounter(String name, String tenant) {
        return counter(name, TagSet.of("tenant", tenant));
    }

    private Counter counter(String name, TagSet tags) {
        return counters.computeIfAbsent(tags, key -> new ConcurrentHashMap<>())
                .computeIfAbsent(name, key -> Kamon.counter(key).withTags(tags));
    }
}
