package tempo.ingester.copies;

import java.util.HashSet;
import java.util.Set;

/** The facts as this node knows them. Written by one actor, read by any thread. */
final class FactsInMemory {
    private volatile Known known = new Known(Set.of(), LogFacts.of(Set.of()));

    private record Known(Set<String> lines, LogFacts facts) {}

    LogFacts facts() {
        return known.facts();
    }

    Set<String> lines() {
        return known.lines();
    }

    void set(Set<String> lines) {
        known = new Known(Set.copyOf(lines), LogFacts.of(lines));
    }

    void add(Set<String> lines) {
        Set<String> all = new HashSet<>(known.lines());
        if (all.addAll(lines)) {
            set(all);
        }
    }
}
