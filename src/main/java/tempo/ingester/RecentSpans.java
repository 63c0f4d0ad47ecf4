package tempo.ingester;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import tempo.ingester.Ingester.NameRecent;
import tempo.ingester.Ingester.RecentNames;
import tempo.ingester.Ingester.RecentTraces;
import tempo.ingester.Ingester.SearchRecent;
import tempo.span.MalformedProtobufException;
import tempo.span.SliceBatch;
import tempo.span.TraceKey;
import tempo.tempodb.scan.OtlpFilter;
import tempo.tempodb.scan.SpanCriteria;
import tempo.tempodb.scan.SpanNames;
import tempo.tempodb.scan.TraceSearch.Found;
import tempo.tempodb.wal.RecoveryVisitor;
import tempo.tempodb.wal.Wal;

/**
 * Searches what this node has lately received: its write-ahead log has every span that is in no block yet, live or in the head block, and
 * those of the last blocks, so that a search that looks here and into blocks lacks none. Thread-safe.
 */
final class RecentSpans {
    private static final int FAILURES_MAX = 10;

    /** So many traces are kept for each one that is asked for, until the oldest are forgotten. */
    private static final int KEPT_FOR_EACH = 4;

    private final Wal wal;
    private final Executor executor;
    private final String source;

    /**
     * @param executor threads that may block, not those that finds by id need
     * @param source who answers
     */
    RecentSpans(Wal wal, Executor executor, String source) {
        this.wal = wal;
        this.executor = executor;
        this.source = source;
    }

    /** Answers with the traces that have the newest spans that meet the criteria. */
    void answer(SearchRecent search) {
        executor.execute(() -> {
            Search found = new Search(search.tenant(), search.criteria(), search.limit());
            wal.forEach(found);
            search.replyTo().tell(new RecentTraces(source, found.newest(), found.failures));
        });
    }

    /** Answers with the services, or the names of a service's spans. */
    void answer(NameRecent names) {
        executor.execute(() -> {
            Names found = new Names(names.tenant(), names.service());
            wal.forEach(found);
            names.replyTo().tell(new RecentNames(source, List.copyOf(found.names.names()), found.failures));
        });
    }

    /** Looks at each slice of a tenant. */
    private abstract static class Look implements RecoveryVisitor {
        final List<String> failures = new ArrayList<>();
        private final String tenant;
        private ByteBuffer otlp = ByteBuffer.allocate(1 << 14);

        Look(String tenant) {
            this.tenant = tenant;
        }

        /** True if the slice may have such a span. */
        abstract boolean mayHold(ByteBuffer batch, int slice);

        abstract void slice(ByteBuffer batch, int slice, byte[] otlp, int length) throws MalformedProtobufException;

        @Override
        public void record(long position, String recordTenant, ByteBuffer payload, int units) {
            if (!tenant.equals(recordTenant)) {
                return;
            }
            ByteBuffer batch = payload.slice().order(ByteOrder.LITTLE_ENDIAN);
            try {
                for (int slice = 0; slice < SliceBatch.sliceCount(batch); slice++) {
                    if (mayHold(batch, slice)) {
                        int bytes = SliceBatch.otlpBytes(batch, slice);
                        if (otlp.capacity() < bytes) {
                            otlp = ByteBuffer.allocate(Math.max(bytes, 2 * otlp.capacity()));
                        }
                        SliceBatch.writeOtlp(batch, slice, otlp.clear().limit(bytes));
                        slice(batch, slice, otlp.array(), bytes);
                    }
                }
            } catch (MalformedProtobufException | IndexOutOfBoundsException e) {
                failed("record " + position + ": " + e.getMessage());
            }
        }

        @Override
        public void hole(String file, long fromOffset, long toOffset) {
            failed("bytes " + fromOffset + " to " + toOffset + " of " + file + " are damaged");
        }

        @Override
        public void unreadable(String file, String reason) {
            failed(file + " " + reason);
        }

        private void failed(String sentence) {
            if (failures.size() < FAILURES_MAX) {
                failures.add("write-ahead log: " + sentence);
            }
        }
    }

    private static final class Search extends Look {
        private final SpanCriteria criteria;
        private final OtlpFilter filter;
        private final int limit;
        private Map<TraceKey, Found> found = new HashMap<>();

        Search(String tenant, SpanCriteria criteria, int limit) {
            super(tenant);
            this.criteria = criteria;
            this.filter = new OtlpFilter(criteria.toFilter());
            this.limit = limit;
        }

        @Override
        boolean mayHold(ByteBuffer batch, int slice) {
            return SliceBatch.startMax(batch, slice) >= criteria.startMin()
                    && SliceBatch.startMin(batch, slice) <= criteria.startMax();
        }

        @Override
        void slice(ByteBuffer batch, int slice, byte[] otlp, int length) throws MalformedProtobufException {
            if (!filter.look(otlp, 0, length)) {
                return;
            }
            TraceKey key = new TraceKey(SliceBatch.keyHigh(batch, slice), SliceBatch.keyLow(batch, slice));
            found.merge(key, new Found(key, filter.spans(), filter.newestStart()), Found::and);
            if (found.size() > KEPT_FOR_EACH * limit) {
                Map<TraceKey, Found> kept = new HashMap<>();
                newest().forEach(each -> kept.put(each.key(), each));
                found = kept;
            }
        }

        List<Found> newest() {
            return found.values().stream()
                    .sorted(Found.NEWEST_FIRST)
                    .limit(limit)
                    .toList();
        }
    }

    private static final class Names extends Look {
        private final SpanNames names;

        Names(String tenant, String service) {
            super(tenant);
            this.names = new SpanNames(service);
        }

        @Override
        boolean mayHold(ByteBuffer batch, int slice) {
            return true;
        }

        @Override
        void slice(ByteBuffer batch, int slice, byte[] otlp, int length) throws MalformedProtobufException {
            names.add(otlp, 0, length);
        }
    }
}
