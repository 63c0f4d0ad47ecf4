package tempo.ingester.copies;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a node holds of the logs of others. Chunks are taken of logs whose node is a member; when it is none any more its log is closed
 * for ever, and what is held of it is to be put into this node's head block. What their node has in blocks is released.
 * A log is called by its node's address and the uid of that one run. Plain; not thread-safe.
 */
final class HeldCopies {
    private final Map<String, HeldLog> logs = new HashMap<>();
    private Set<String> members = Set.of();
    private final Set<String> seen = new HashSet<>();

    /**
     * These logs' nodes are members now.
     *
     * @return logs that are closed by that: what is held of them has to be put into the head block
     */
    List<String> members(Set<String> now) {
        members = Set.copyOf(now);
        seen.addAll(now);
        List<String> closed = new ArrayList<>();
        logs.forEach((log, held) -> {
            if (!held.closed() && !members.contains(log)) {
                held.close();
                closed.add(log);
            }
        });
        return closed;
    }

    /** Whether a chunk of a log is taken; if it is {@link HoldOutcome#HELD}, its records are to be appended. */
    HoldOutcome mayHold(String log) {
        if (members.contains(log) && !log(log).closed()) {
            return HoldOutcome.HELD;
        }
        return seen.contains(log) || logs.containsKey(log) ? HoldOutcome.REFUSED : HoldOutcome.BUSY;
    }

    /** What is held of a log. */
    HeldLog log(String log) {
        return logs.computeIfAbsent(log, name -> new HeldLog());
    }

    /** Whether nothing is held of a log, and nothing on its way. */
    boolean holdsNothingOf(String log) {
        HeldLog held = logs.get(log);
        return held == null || held.count() == 0 && !held.pending();
    }

    /** Whether the node of a log was a member at some time while this one was. */
    boolean hasSeen(String log) {
        return seen.contains(log);
    }

    /** Logs of which something is held and whose nodes can be asked what they have in blocks. */
    List<String> toAsk() {
        return logs.entrySet().stream()
                .filter(each -> !each.getValue().closed() && each.getValue().count() > 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** All logs of which anything was held, closed ones included. */
    Set<String> known() {
        return Set.copyOf(logs.keySet());
    }

    /** Records that are held. */
    long records() {
        return logs.values().stream().mapToLong(HeldLog::count).sum();
    }
}
