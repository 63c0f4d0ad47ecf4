package tempo;

import static tempo.telemetry.PrometheusText.label;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import tempo.telemetry.PrometheusText;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbStats;
import tempo.tempodb.backend.retry.FailureReason;
import tempo.tempodb.backend.retry.OperationStats;
import tempo.tempodb.backend.retry.RetryStats;
import tempo.tempodb.backend.retry.StoreOperation;
import tempo.tempodb.cache.PageCacheStats;
import tempo.tempodb.cache.PageKind;

/** Makes the metrics of blocks, page cache and object store from what these have counted. */
final class StoreMetrics {
    private final PrometheusText text = new PrometheusText();

    private StoreMetrics() {}

    /** @param retries of a remote store */
    static String of(TempoDb db, Optional<RetryStats> retries) {
        StoreMetrics metrics = new StoreMetrics();
        metrics.blocks(db.stats());
        db.cacheStats().ifPresent(metrics::cache);
        retries.ifPresent(metrics::store);
        return metrics.text.toString();
    }

    private void blocks(TempoDbStats stats) {
        gauge("tempo_blocks", "Blocks that queries see", stats.blocks());
        gauge("tempo_blocks_bytes", "Bytes of these", stats.blockBytes());
        gauge("tempo_blocks_damaged", "Blocks that cannot be read wholly", stats.unreadableMetas());
        gauge("tempo_decoded_parts_bytes", "Tails, directories and segments kept decoded", stats.tailCacheBytes());
        counter("tempo_decoded_parts_hits_total", "How often such a part was in memory", stats.tailCacheHits());
        counter("tempo_decoded_parts_misses_total", "How often it had to be read", stats.tailCacheMisses());
        counter("tempo_block_finds_total", "Finds of a trace in the blocks of a tenant", stats.finds());
        counter("tempo_block_reads_total", "Ranges of blocks that finds read", stats.reads());
        counter("tempo_block_read_bytes_total", "Bytes of these", stats.bytesRead());
        counter("tempo_block_finds_retried_total", "Finds in one block that failed once", stats.retriedReads());
        counter("tempo_block_finds_failed_total", "Finds in one block that failed twice", stats.failedReads());
    }

    private void cache(PageCacheStats stats) {
        text.counter("tempo_page_cache_hits_total", "Frames that were found");
        for (PageKind kind : PageKind.values()) {
            PageCacheStats.Kind of = stats.of(kind);
            text.sample("tempo_page_cache_hits_total", of.memoryHits(), "kind", label(kind), "tier", "memory");
            text.sample("tempo_page_cache_hits_total", of.diskHits(), "kind", label(kind), "tier", "disk");
        }
        byKind(stats, "tempo_page_cache_misses_total", "Frames fetched", PageCacheStats.Kind::misses);
        byKind(stats, "tempo_page_cache_joined_total", "Frames another was fetching", PageCacheStats.Kind::joined);
        byKind(stats, "tempo_page_cache_requests_total", "Reads of the store", PageCacheStats.Kind::requests);
        byKind(stats, "tempo_page_cache_served_bytes_total", "Bytes for readers", PageCacheStats.Kind::bytesServed);
        byKind(stats, "tempo_page_cache_fetched_bytes_total", "Bytes fetched", PageCacheStats.Kind::bytesFetched);
        byKind(stats, "tempo_page_cache_evictions_total", "Frames that left memory", PageCacheStats.Kind::evictions);
        byKind(stats, "tempo_page_cache_rereads_total", "Reads past the cache", PageCacheStats.Kind::rereads);
        gauge("tempo_page_cache_bytes", "Direct memory for frames", stats.memoryBytes());
        gauge("tempo_page_cache_bytes_max", "Direct memory that they may take", stats.memoryBytesMax());
        gauge("tempo_page_cache_overhead_bytes", "Heap that keeps track of them", stats.overheadBytes());
        PageCacheStats.Disk disk = stats.disk();
        gauge("tempo_page_cache_disk_enabled", "1 if there is a tier on disk that works", disk.enabled() ? 1 : 0);
        gauge("tempo_page_cache_disk_frames", "Frames on disk", disk.frames());
        gauge("tempo_page_cache_disk_bytes_max", "Size of their file", disk.bytesMax());
        counter("tempo_page_cache_disk_written_total", "Frames written to disk", disk.written());
        counter("tempo_page_cache_disk_evictions_total", "Frames overwritten there", disk.evictions());
        counter("tempo_page_cache_disk_dropped_total", "Frames the disk had no time for", disk.dropped());
        counter("tempo_page_cache_disk_corrupt_total", "Frames that were not what was written", disk.corrupt());
        counter("tempo_page_cache_disk_failures_total", "Reads and writes that the disk refused", disk.failures());
    }

    private void byKind(PageCacheStats stats, String name, String help, ToLongFunction<PageCacheStats.Kind> value) {
        text.counter(name, help);
        for (PageKind kind : PageKind.values()) {
            text.sample(name, value.applyAsLong(stats.of(kind)), "kind", label(kind));
        }
    }

    private void store(RetryStats stats) {
        Map<StoreOperation, OperationStats> all = stats.operations();
        byOperation(all, "tempo_store_calls_total", "Calls of the object store", OperationStats::calls);
        byOperation(all, "tempo_store_attempts_total", "Requests, without hedges", OperationStats::attempts);
        byOperation(all, "tempo_store_retries_total", "Requests after the first", OperationStats::retries);
        byOperation(all, "tempo_store_hedges_total", "Reads sent a second time", OperationStats::hedges);
        byOperation(all, "tempo_store_hedges_won_total", "Those answered first", OperationStats::hedgesWon);
        byOperation(all, "tempo_store_errors_total", "Requests that failed", OperationStats::errors);
        byOperation(all, "tempo_store_timeouts_total", "Requests without an answer", OperationStats::timeouts);
        byOperation(all, "tempo_store_wrong_lengths_total", "Reads too short or long", OperationStats::wrongLengths);
        text.counter("tempo_store_failures_total", "Calls that were given up");
        all.forEach((operation, of) -> {
            for (FailureReason reason : FailureReason.values()) {
                double failures = of.failures(reason);
                text.sample(
                        "tempo_store_failures_total", failures, "operation", label(operation), "reason", label(reason));
            }
        });
        text.histogram("tempo_store_call_seconds", "Calls that were answered, with waits and retries");
        all.forEach((operation, of) -> durations(label(operation), of));
        gauge("tempo_store_requests_in_flight", "Requests under way", stats.inFlight());
    }

    private void durations(String operation, OperationStats stats) {
        List<Long> bounds = RetryStats.DURATION_MILLIS;
        long count = 0;
        for (int i = 0; i < stats.durations().size(); i++) {
            count += stats.durations().get(i);
            String bound = i < bounds.size() ? Double.toString(bounds.get(i) / 1e3) : "+Inf";
            text.sample("tempo_store_call_seconds_bucket", count, "operation", operation, "le", bound);
        }
        text.sample("tempo_store_call_seconds_sum", stats.nanos() / 1e9, "operation", operation);
        text.sample("tempo_store_call_seconds_count", count, "operation", operation);
    }

    private void byOperation(
            Map<StoreOperation, OperationStats> all, String name, String help, ToLongFunction<OperationStats> value) {
        text.counter(name, help);
        all.forEach((operation, of) -> text.sample(name, value.applyAsLong(of), "operation", label(operation)));
    }

    private void gauge(String name, String help, double value) {
        text.gauge(name, help).sample(name, value);
    }

    private void counter(String name, String help, double value) {
        text.counter(name, help).sample(name, value);
    }
}
