package tempo.tempodb;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import tempo.span.TraceKey;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.CorruptBlockException;
import tempo.tempodb.block.SpanColumns;
import tempo.tempodb.blocklist.TenantBlocks;
import tempo.tempodb.scan.DamageListener;
import tempo.tempodb.scan.SpanCriteria;
import tempo.tempodb.scan.SpanNames;
import tempo.tempodb.scan.Spanset;
import tempo.tempodb.scan.TraceSearch;

/**
 * Searches over the spans of a tenant's blocks. A block or a group that cannot be read is left out, and the answer says so. What is deleted
 * by now is hidden. Thread-safe; calls block for as long as the store does.
 */
public final class StoredSpans {
    private static final int FAILURES_MAX = 10;

    private final Function<String, TenantBlocks> readable;
    private final TempoDb db;
    private final BlockReads reads;
    private final InstantSource clock;

    StoredSpans(Function<String, TenantBlocks> readable, TempoDb db, BlockReads reads, InstantSource clock) {
        this.readable = readable;
        this.db = db;
        this.reads = reads;
        this.clock = clock;
    }

    /**
     * What was found.
     *
     * @param results in the order of the search
     * @param failures what could not be read, in a sentence each; some of them, if there are many
     */
    public record Answer<R>(List<R> results, List<String> failures) {}

    /** As {@link TempoDb#columns}. */
    List<SpanColumns> columns(String tenant) throws IOException {
        TenantBlocks blocks = readable.apply(tenant);
        NavigableSet<TraceKey> hidden = blocks.tombstones().hidden(clock.instant());
        return reads.each(
                blocks.newestOf(BlockContent.SPANS), meta -> db.reader(meta).columns(hidden));
    }

    /** As the other, to its end. */
    public Answer<TraceSearch.Found> newest(String tenant, SpanCriteria criteria, int limit) throws IOException {
        return newest(tenant, criteria, limit, () -> false);
    }

    /**
     * The traces with the newest spans that meet the criteria, up to {@code limit}, the newest first.
     *
     * @param isGivenUp once it is true, the search ends with what it has found: for who does not wait any more
     */
    public Answer<TraceSearch.Found> newest(String tenant, SpanCriteria criteria, int limit, BooleanSupplier isGivenUp)
            throws IOException {
        Failures failures = new Failures();
        List<SpanColumns> blocks = between(tenant, criteria.startMin(), criteria.startMax(), failures);
        List<TraceSearch.Found> found =
                new TraceSearch(blocks, Spanset.of(criteria.toFilter()), failures, isGivenUp).newest(limit);
        return new Answer<>(found, failures.all());
    }

    /** As the other, to its end. */
    public Answer<SpanNames.Name> names(String tenant, String service, long startMin) throws IOException {
        return names(tenant, service, startMin, () -> false);
    }

    /**
     * The services, or the names of a service's spans, of blocks with spans of some time.
     *
     * @param service empty for the names of services
     * @param startMin unix nanoseconds: blocks whose spans are all older are left out
     * @param isGivenUp asked before each block, as for {@link #newest}
     */
    public Answer<SpanNames.Name> names(String tenant, String service, long startMin, BooleanSupplier isGivenUp)
            throws IOException {
        Failures failures = new Failures();
        SpanNames names = new SpanNames(service);
        for (SpanColumns block : between(tenant, startMin, Long.MAX_VALUE, failures)) {
            if (isGivenUp.getAsBoolean()) {
                break;
            }
            names.add(block, failures);
        }
        return new Answer<>(List.copyOf(names.names()), failures.all());
    }

    private List<SpanColumns> between(String tenant, long startMin, long startMax, Failures failures)
            throws IOException {
        TenantBlocks blocks = readable.apply(tenant);
        NavigableSet<TraceKey> hidden = blocks.tombstones().hidden(clock.instant());
        List<BlockMeta> wanted = blocks.newestOf(BlockContent.SPANS).stream()
                .filter(meta ->
                        meta.summary().startMax() >= startMin && meta.summary().startMin() <= startMax)
                .toList();
        List<List<SpanColumns>> opened = reads.each(wanted, meta -> {
            try {
                return List.of(db.reader(meta).columns(hidden));
            } catch (IOException e) {
                failures.add(meta.spec().blockId() + ": " + e.getMessage());
                return List.of();
            }
        });
        return opened.stream().flatMap(List::stream).toList();
    }

    /** Thread-safe. */
    private static final class Failures implements DamageListener {
        private final List<String> sentences = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void unreadable(CorruptBlockException failure) {
            add(String.valueOf(failure.getMessage()));
        }

        void add(String sentence) {
            if (sentences.size() < FAILURES_MAX) {
                sentences.add("block " + sentence);
            }
        }

        List<String> all() {
            return List.copyOf(sentences);
        }
    }
}
