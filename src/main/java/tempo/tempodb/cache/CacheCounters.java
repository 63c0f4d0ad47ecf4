package tempo.tempodb.cache;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What happened, by kind of page. Thread-safe. */
final class CacheCounters {
    /** What is counted. */
    enum Event {
        MEMORY_HIT,
        DISK_HIT,
        JOINED,
        MISS,
        REQUEST,
        BYTES_SERVED,
        BYTES_FETCHED,
        EVICTION,
        REREAD;

        static final int COUNT = values().length;
    }

    private final LongAdder[] adders = new LongAdder[PageKind.ALL.size() * Event.COUNT];

    CacheCounters() {
        for (int i = 0; i < adders.length; i++) {
            adders[i] = new LongAdder();
        }
    }

    void add(PageKind kind, Event event, long count) {
        if (count != 0) {
            adders[kind.ordinal() * Event.COUNT + event.ordinal()].add(count);
        }
    }

    Map<PageKind, PageCacheStats.Kind> snapshot() {
        Map<PageKind, PageCacheStats.Kind> kinds = new EnumMap<>(PageKind.class);
        for (PageKind kind : PageKind.ALL) {
            kinds.put(
                    kind,
                    new PageCacheStats.Kind(
                            sum(kind, Event.MEMORY_HIT),
                            sum(kind, Event.DISK_HIT),
                            sum(kind, Event.JOINED),
                            sum(kind, Event.MISS),
                            sum(kind, Event.REQUEST),
                            sum(kind, Event.BYTES_SERVED),
                            sum(kind, Event.BYTES_FETCHED),
                            sum(kind, Event.EVICTION),
                            sum(kind, Event.REREAD)));
        }
        return kinds;
    }

    private long sum(PageKind kind, Event event) {
        return adders[kind.ordinal() * Event.COUNT + event.ordinal()].sum();
    }
}
