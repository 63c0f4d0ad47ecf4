package tempo.ingester.copies;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What all nodes know of each other's logs, as a set of facts that only grows together: so nodes agree whatever the order in which
 * they hear of them. A fact is a line of words.
 *
 * <pre>
 * open  LOG NODE COPIES   the node with that id began this log; its records are in so many logs
 * holds LOG OTHER         the node of the log OTHER may hold copies of this log
 * done  LOG NODE          all that the node with that id held of this log is in blocks
 * ended LOG SECONDS       all of this log is in blocks, or was written off, since that time
 * </pre>
 *
 * <p>A log is <b>owed</b> if its node is gone and it has not ended, unless its copies are all in blocks, or the same disk is back. Immutable.
 */
final class LogFacts {
    private final Map<String, Opened> opened = new HashMap<>();
    private final Map<String, Set<String>> holders = new HashMap<>();
    private final Map<String, Set<String>> done = new HashMap<>();
    private final Map<String, Long> ended = new HashMap<>();

    private record Opened(String node, int copies) {}

    private LogFacts() {}

    static String open(String log, String node, int copies) {
        return "open " + log + " " + node + " " + copies;
    }

    static String holds(String log, String holdersLog) {
        return "holds " + log + " " + holdersLog;
    }

    static String done(String log, String node) {
        return "done " + log + " " + node;
    }

    static String ended(String log, long epochSeconds) {
        return "ended " + log + " " + epochSeconds;
    }

    /** Reads facts; what a newer version may have added is passed over. */
    static LogFacts of(Set<String> lines) {
        LogFacts facts = new LogFacts();
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            try {
                facts.add(words);
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException unknown) {
                continue;
            }
        }
        return facts;
    }

    private void add(String[] words) {
        switch (words[0]) {
            case "open" -> opened.put(words[1], new Opened(words[2], Integer.parseInt(words[3])));
            case "holds" ->
                holders.computeIfAbsent(words[1], log -> new TreeSet<>()).add(words[2]);
            case "done" ->
                done.computeIfAbsent(words[1], log -> new TreeSet<>()).add(words[2]);
            case "ended" -> ended.merge(words[1], Long.parseLong(words[2]), Math::max);
            default -> {
                // Of a newer version.
            }
        }
    }

    /** Logs whose spans may be missing from answers, given the logs of those nodes that are members. */
    List<String> owed(Set<String> memberLogs) {
        List<String> owed = new ArrayList<>();
        Set<String> nodesHere = new HashSet<>();
        memberLogs.forEach(log -> nodeOf(log).ifPresent(nodesHere::add));
        opened.forEach((log, open) -> {
            if (!memberLogs.contains(log)
                    && !ended.containsKey(log)
                    && !nodesHere.contains(open.node())
                    && !copiesAreInBlocks(log, open)) {
                owed.add(log);
            }
        });
        owed.sort(null);
        return owed;
    }

    /** Without copies there is nothing that others could do. With copies, what no other holds was not acknowledged. */
    private boolean copiesAreInBlocks(String log, Opened open) {
        if (open.copies() == 1) {
            return false;
        }
        Set<String> finished = done.getOrDefault(log, Set.of());
        return holders.getOrDefault(log, Set.of()).stream()
                .allMatch(holder -> nodeOf(holder).map(finished::contains).orElse(false));
    }

    /** The id of the node whose log it is. */
    Optional<String> nodeOf(String log) {
        return Optional.ofNullable(opened.get(log)).map(Opened::node);
    }

    /**
     * Logs that a node may hold copies of, whose nodes are gone, and of which it has not said that they are in blocks.
     *
     * @param self the node's log
     * @param seen whether the node of a log was a member since then: if not, it may only not be known yet
     */
    List<String> toFinish(String node, String self, Set<String> memberLogs, Predicate<String> seen) {
        List<String> logs = new ArrayList<>();
        holders.forEach((log, holding) -> {
            boolean ours = holding.stream()
                    .anyMatch(holder -> nodeOf(holder).filter(node::equals).isPresent()
                            && (!holder.equals(self) || seen.test(log)));
            if (ours
                    && !memberLogs.contains(log)
                    && !ended.containsKey(log)
                    && !done.getOrDefault(log, Set.of()).contains(node)) {
                logs.add(log);
            }
        });
        return logs;
    }

    /** Earlier logs of this node that have not ended. */
    List<String> earlier(String node, String log) {
        return opened.entrySet().stream()
                .filter(each -> each.getValue().node().equals(node)
                        && !each.getKey().equals(log)
                        && !ended.containsKey(each.getKey()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Who may hold copies of a log, by their logs. */
    Set<String> holders(String log) {
        return holders.getOrDefault(log, Set.of());
    }

    /** Of the lines that these facts were read from, those that tell nothing any more: all of logs that ended before that time. */
    Set<String> outdated(Set<String> lines, long endedBeforeSeconds) {
        Set<String> outdated = new HashSet<>();
        for (String line : lines) {
            String[] words = line.split(" ", 3);
            Long end = words.length < 2 ? null : ended.get(words[1]);
            if (end != null && end < endedBeforeSeconds) {
                outdated.add(line);
            }
        }
        return outdated;
    }

    /** Of those lines, the ones that an end makes needless at once. */
    Set<String> needless(Set<String> lines) {
        Set<String> needless = new HashSet<>();
        for (String line : lines) {
            String[] words = line.split(" ", 3);
            if (words.length == 3
                    && (words[0].equals("holds") || words[0].equals("done"))
                    && ended.containsKey(words[1])) {
                needless.add(line);
            }
        }
        return needless;
    }
}
