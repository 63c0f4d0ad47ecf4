package tempo.tempodb.blocklist;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import tempo.span.TraceKey;
import tempo.tempodb.block.ArrivalWindow;

/** What is deleted of a tenant, at one moment. Immutable. */
public final class Tombstones {
    static final Tombstones NONE = new Tombstones(List.of());

    private final List<Tombstone> all;

    /** By trace: until when it is hidden. */
    private final Map<TraceKey, Instant> traces = new HashMap<>();

    private Instant arrivalsUntil = Instant.MIN;

    Tombstones(Collection<Tombstone> all) {
        this.all = List.copyOf(all);
        for (Tombstone each : all) {
            if (each.key().isPresent()) {
                traces.merge(each.key().get(), each.until(), (a, b) -> a.isAfter(b) ? a : b);
            } else if (each.hidesArrivalsUntil().isAfter(arrivalsUntil)) {
                arrivalsUntil = each.hidesArrivalsUntil();
            }
        }
    }

    /** All of them, those that have ended too. */
    public List<Tombstone> all() {
        return all;
    }

    /** True if nothing is hidden. */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** True if no span of a trace is to be seen, wherever it is. */
    public boolean hides(TraceKey key, Instant now) {
        if (all.isEmpty()) {
            return false;
        }
        Instant until = traces.get(key);
        return until != null && until.isAfter(now);
    }

    /** The traces of which no span is to be seen. */
    public NavigableSet<TraceKey> hidden(Instant now) {
        NavigableSet<TraceKey> hidden = new TreeSet<>();
        traces.forEach((key, until) -> {
            if (until.isAfter(now)) {
                hidden.add(key);
            }
        });
        return hidden;
    }

    /** True if a block of this window is not to be seen. */
    public boolean hides(ArrivalWindow window) {
        return window.startSeconds() <= arrivalsUntil.getEpochSecond();
    }

    /** True if what is in no block yet is not to be seen either. */
    public boolean hidesArrivals(Instant now) {
        return now.isBefore(arrivalsUntil);
    }
}
