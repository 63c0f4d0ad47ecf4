package tempo.tempodb;

import java.util.List;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.DecodedParts;
import tempo.tempodb.blocklist.TenantBlocks;

/**
 * Counters since the engine was opened, and sizes now.
 *
 * @param blocks visible blocks of all tenants
 * @param blockBytes size of their data objects
 * @param unreadableMetas commit records that the last poll could not read, and blocks that are marked as damaged
 * @param tailCacheBytes memory taken by tails, frames of trace directories, and segments that are kept decoded
 * @param reads ranged reads of data objects
 * @param bytesRead bytes that these returned
 * @param retriedReads finds in one block that failed and were tried once more
 * @param failedReads finds in one block that failed twice
 */
public record TempoDbStats(
        int tenants,
        int blocks,
        long blockBytes,
        int unreadableMetas,
        long tailCacheBytes,
        long tailCacheHits,
        long tailCacheMisses,
        long finds,
        long reads,
        long bytesRead,
        long retriedReads,
        long failedReads) {
    static TempoDbStats of(List<TenantBlocks> tenants, DecodedParts parts, TraceFinds finds) {
        int blocks = 0;
        long blockBytes = 0;
        int unreadable = 0;
        for (TenantBlocks ofTenant : tenants) {
            blocks += ofTenant.visible().size();
            unreadable += ofTenant.unreadable().size() + ofTenant.bad().size();
            for (BlockMeta meta : ofTenant.visible()) {
                blockBytes += meta.summary().dataBytes();
            }
        }
        return new TempoDbStats(
                tenants.size(),
                blocks,
                blockBytes,
                unreadable,
                parts.bytes(),
                parts.hits(),
                parts.misses(),
                finds.finds(),
                finds.reads(),
                finds.bytesRead(),
                finds.retriedReads(),
                finds.failedReads());
    }
}
