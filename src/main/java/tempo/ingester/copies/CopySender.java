package tempo.ingester.copies;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Has the records of a node's log copied: gathers them into chunks, sends each to as many peers as the settings ask for, and says of
 * each record when these hold it. A peer that does not answer in time is passed over for a while. Nothing depends on the order
 * or the number of deliveries: a chunk that arrives twice is held twice, and equal spans are one. Plain; not thread-safe.
 */
final class CopySender {
    private static final int CHUNK_BYTES_TARGET = 1 << 20;
    private static final long SLOW_MILLIS = 10_000;

    /** While so many are under way others gather in the next one: what a message costs is shared by more records. */
    private static final int UNDER_WAY_MAX = 1;

    /** What goes out. */
    interface Out {
        /** Sends a chunk to a peer. */
        void send(String peer, long chunk, List<CopiedRecord> records);
    }

    /**
     * How many and how long.
     *
     * @param others how many other nodes hold each record
     * @param bytesMax bytes that wait for peers; what comes beyond them fails
     * @param resendMillis after so long a chunk goes to another peer
     * @param giveUpMillis after so long a chunk has failed
     */
    record Config(int others, long bytesMax, long resendMillis, long giveUpMillis) {}

    private final Config config;
    private final Out out;
    private final Map<Long, Chunk> chunks = new LinkedHashMap<>();
    private final Map<String, Long> slowUntil = new HashMap<>();

    /** The peers that may hold something of this log, and the position behind the last record that went to each. */
    private final Map<String, Long> holders = new HashMap<>();

    private List<String> peers = List.of();
    private Chunk open = new Chunk(0);
    private long nextChunk = 1;
    private long waitingBytes;
    private boolean removed;

    private static final class Chunk {
        private final List<CopiedRecord> records = new ArrayList<>();
        private final List<Consumer<CopyResult>> results = new ArrayList<>();
        private final Map<String, Long> waiting = new HashMap<>();
        private final Set<String> holding = new HashSet<>();
        private final Set<String> busy = new HashSet<>();
        private final long number;
        private long bytes;
        private long startedMillis;

        Chunk(long number) {
            this.number = number;
        }
    }

    CopySender(Config config, Out out) {
        this.config = config;
        this.out = out;
    }

    /** These peers can be reached; better ones first. */
    void peers(List<String> reachable, long nowMillis) {
        peers = List.copyOf(reachable);
        for (Chunk chunk : List.copyOf(chunks.values())) {
            if (chunk.waiting.keySet().retainAll(peers)) {
                sendOrEnd(chunk, nowMillis);
            }
        }
        flush(nowMillis);
    }

    /** A record of this log is durable here; the result comes later, or at once if nobody can hold it. */
    void add(CopiedRecord record, Consumer<CopyResult> result, long nowMillis) {
        if (removed || waitingBytes + record.batch().size() > config.bytesMax()) {
            result.accept(CopyResult.FAILED);
            return;
        }
        if (peers.size() < config.others()) {
            result.accept(CopyResult.TOO_FEW_NODES);
            return;
        }
        open.records.add(record);
        open.results.add(result);
        open.bytes += record.batch().size();
        waitingBytes += record.batch().size();
        if (open.bytes >= CHUNK_BYTES_TARGET) {
            sendOpen(nowMillis);
        }
    }

    /** Sends what was added, or lets it wait until what is under way has ended. */
    void flush(long nowMillis) {
        if (!open.records.isEmpty() && chunks.size() < UNDER_WAY_MAX) {
            sendOpen(nowMillis);
        }
    }

    private void sendOpen(long nowMillis) {
        Chunk chunk = open;
        open = new Chunk(nextChunk++);
        chunk.startedMillis = nowMillis;
        chunks.put(chunk.number, chunk);
        sendOrEnd(chunk, nowMillis);
    }

    /** A peer has answered. */
    void answered(String peer, long number, HoldOutcome outcome, long nowMillis) {
        if (outcome == HoldOutcome.REFUSED) {
            refuseAll();
            return;
        }
        slowUntil.remove(peer);
        Chunk chunk = chunks.get(number);
        if (chunk == null) {
            return;
        }
        chunk.waiting.remove(peer);
        if (outcome == HoldOutcome.HELD) {
            chunk.holding.add(peer);
        } else {
            chunk.busy.add(peer);
        }
        sendOrEnd(chunk, nowMillis);
        flush(nowMillis);
    }

    /** Looks at the time. */
    void tick(long nowMillis) {
        for (Chunk chunk : List.copyOf(chunks.values())) {
            if (nowMillis - chunk.startedMillis >= config.giveUpMillis()) {
                end(chunk, CopyResult.FAILED);
                continue;
            }
            boolean late = chunk.waiting.entrySet().removeIf(waiting -> {
                boolean passedOver = nowMillis - waiting.getValue() >= config.resendMillis();
                if (passedOver) {
                    slowUntil.put(waiting.getKey(), nowMillis + SLOW_MILLIS);
                }
                return passedOver;
            });
            if (late) {
                sendOrEnd(chunk, nowMillis);
            }
        }
        flush(nowMillis);
    }

    /** Another node says that this one was removed from the cluster: nothing is acknowledged any more. */
    private void refuseAll() {
        removed = true;
        List.copyOf(chunks.values()).forEach(chunk -> end(chunk, CopyResult.FAILED));
        end(open, CopyResult.FAILED);
        open = new Chunk(nextChunk++);
    }

    boolean removed() {
        return removed;
    }

    private void sendOrEnd(Chunk chunk, long nowMillis) {
        if (chunk.holding.size() >= config.others()) {
            end(chunk, CopyResult.COPIED);
            return;
        }
        for (String peer : inOrder(nowMillis)) {
            if (chunk.holding.size() + chunk.waiting.size() >= config.others()) {
                return;
            }
            if (!chunk.holding.contains(peer) && !chunk.busy.contains(peer) && !chunk.waiting.containsKey(peer)) {
                chunk.waiting.put(peer, nowMillis);
                CopiedRecord last = chunk.records.get(chunk.records.size() - 1);
                holders.merge(peer, last.position() + 1, Math::max);
                out.send(peer, chunk.number, chunk.records);
            }
        }
        if (chunk.holding.size() + chunk.waiting.size() < config.others()) {
            end(chunk, chunk.busy.isEmpty() ? CopyResult.TOO_FEW_NODES : CopyResult.FAILED);
        }
    }

    /** Those that were slow come last. */
    private List<String> inOrder(long nowMillis) {
        slowUntil.values().removeIf(until -> until <= nowMillis);
        if (slowUntil.isEmpty()) {
            return peers;
        }
        List<String> ordered = new ArrayList<>(peers);
        ordered.removeAll(slowUntil.keySet());
        for (String peer : peers) {
            if (slowUntil.containsKey(peer)) {
                ordered.add(peer);
            }
        }
        return ordered;
    }

    private void end(Chunk chunk, CopyResult result) {
        chunks.remove(chunk.number);
        waitingBytes -= chunk.bytes;
        chunk.results.forEach(each -> each.accept(result));
    }

    /** The peers that may hold something of this log. */
    Set<String> holders() {
        return Set.copyOf(holders.keySet());
    }

    /** Records below this position are in blocks: peers that hold nothing else are no holders any more. */
    void floor(long position) {
        holders.values().removeIf(behind -> behind <= position);
    }

    /** Bytes that wait for peers. */
    long waitingBytes() {
        return waitingBytes;
    }
}
