package tempo.tempodb.compaction;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockMeta;

/**
 * What becomes of the blocks of some nodes under a steady load: the real plan, with simulated time, and blocks that are nothing but
 * their commit records.
 */
final class CompactionWeek {
    /** Bytes of a block for each byte of OTLP, on the standard load. */
    private static final double BLOCK_BYTES_PER_OTLP = 26.3 / 388;

    private static final int TICK_SECONDS = 10;
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

    private final CompactionConfig config;
    private final Load load;
    private final CompactionPlan plan;
    private final SimulatedBlocks blocks = new SimulatedBlocks();
    private final Map<UUID, BlockMeta> visible = new LinkedHashMap<>();
    private final Set<UUID> busy = new HashSet<>();
    private final PriorityQueue<Running> running =
            new PriorityQueue<>((a, b) -> Long.compare(a.doneSeconds, b.doneSeconds));

    private long bytesCut;
    private long bytesMerged;
    private int blocksMax;
    private int openWindowBlocksMax;
    private long lagSecondsMax;
    private long doneSecondsMax;

    CompactionWeek(CompactionConfig config, Load load) {
        this.config = config;
        this.load = load;
        this.plan = new CompactionPlan(config);
    }

    /**
     * What comes in, and what works on it.
     *
     * @param otlpBytesPerSecond of all nodes together
     * @param headOtlpBytes a node cuts a block at as many bytes as received, or after {@code headAge}
     * @param mergedBytesPerSecond of blocks, by one worker
     */
    record Load(
            long otlpBytesPerSecond,
            int nodes,
            long headOtlpBytes,
            Duration headAge,
            int workers,
            long mergedBytesPerSecond,
            Duration retention) {}

    private record Running(long doneSeconds, Merge merge) {}

    /**
     * What came of it.
     *
     * @param writeAmplification bytes written to the store for each byte of a cut block, that byte among them
     * @param blocksMax most visible blocks at any time
     * @param recentBlocksMax most of them at any time in the window that is still open
     * @param lagSecondsMax longest time that a merge was due before it was begun
     * @param doneSecondsMax longest time after the end of a window of the shortest length until a merge of its blocks was done
     * @param workersBusy share of the workers' time
     */
    record Outcome(
            double writeAmplification,
            int blocksMax,
            int blocksAtEnd,
            int recentBlocksMax,
            long lagSecondsMax,
            long doneSecondsMax,
            double workersBusy,
            long bytesKept) {}

    Outcome run(Duration time) {
        double otlpPerNode = (double) load.otlpBytesPerSecond / load.nodes;
        double cutSeconds = Math.min(load.headAge.toSeconds(), load.headOtlpBytes / otlpPerNode);
        double[] nextCut = new double[load.nodes];
        for (int node = 0; node < load.nodes; node++) {
            nextCut[node] = cutSeconds * (node + 1) / load.nodes;
        }
        double workSeconds = 0;
        long end = time.toSeconds();
        for (long second = 0; second < end; second += TICK_SECONDS) {
            for (int node = 0; node < load.nodes; node++) {
                while (nextCut[node] <= second) {
                    cut(node, (long) nextCut[node], (long) (cutSeconds * otlpPerNode * BLOCK_BYTES_PER_OTLP));
                    nextCut[node] += cutSeconds;
                }
            }
            finish(second);
            workSeconds += begin(second);
            expire(second);
            measure(second);
        }
        long bytesKept = 0;
        for (BlockMeta meta : visible.values()) {
            bytesKept += meta.summary().dataBytes();
        }
        return new Outcome(
                (double) (bytesCut + bytesMerged) / bytesCut,
                blocksMax,
                visible.size(),
                openWindowBlocksMax,
                lagSecondsMax,
                doneSecondsMax,
                workSeconds / end / load.workers,
                bytesKept);
    }

    private void cut(int node, long second, long bytes) {
        ArrivalWindow window =
                ArrivalWindow.of(START.plusSeconds(second), config.windows().get(0));
        BlockMeta meta = blocks.cut("t", window, node, load.nodes, bytes);
        visible.put(meta.blockId(), meta);
        bytesCut += bytes;
    }

    private void finish(long second) {
        while (!running.isEmpty() && running.peek().doneSeconds <= second) {
            Running done = running.remove();
            Merge merge = done.merge();
            ArrivalWindow window = merge.window();
            if (window.seconds() == config.windows().get(0).toSeconds()) {
                long after = START.getEpochSecond() + done.doneSeconds - window.startSeconds() - window.seconds();
                doneSecondsMax = Math.max(doneSecondsMax, after);
            }
            for (BlockMeta input : merge.inputs()) {
                visible.remove(input.blockId());
                busy.remove(input.blockId());
            }
            BlockMeta output = blocks.merged(merge);
            visible.put(output.blockId(), output);
            bytesMerged += output.summary().dataBytes();
        }
    }

    private double begin(long second) {
        double work = 0;
        if (running.size() == load.workers) {
            return work;
        }
        Instant now = START.plusSeconds(second);
        for (Merge merge : plan.due(visible.values(), busy, now)) {
            if (running.size() == load.workers) {
                break;
            }
            double seconds = 1 + (double) merge.bytes() / load.mergedBytesPerSecond;
            running.add(new Running(second + (long) Math.ceil(seconds), merge));
            merge.inputs().forEach(input -> busy.add(input.blockId()));
            work += seconds;
        }
        return work;
    }

    private void expire(long second) {
        long now = START.getEpochSecond() + second;
        if (second % 600 == 0) {
            List<UUID> expired = new ArrayList<>();
            for (BlockMeta meta : visible.values()) {
                ArrivalWindow window = meta.spec().window();
                if (window.startSeconds() + window.seconds() + load.retention.toSeconds() <= now
                        && !busy.contains(meta.blockId())) {
                    expired.add(meta.blockId());
                }
            }
            expired.forEach(visible::remove);
        }
    }

    private void measure(long second) {
        blocksMax = Math.max(blocksMax, visible.size());
        if (second % 60 == 0) {
            Instant now = START.plusSeconds(second);
            for (Merge merge : plan.due(visible.values(), busy, now)) {
                lagSecondsMax = Math.max(lagSecondsMax, plan.secondsDue(merge, now));
            }
            int recent = 0;
            for (BlockMeta meta : visible.values()) {
                ArrivalWindow window = meta.spec().window();
                recent += window.seconds() == config.windows().get(0).toSeconds()
                                && window.startSeconds() + window.seconds() > now.getEpochSecond()
                        ? 1
                        : 0;
            }
            openWindowBlocksMax = Math.max(openWindowBlocksMax, recent);
        }
    }
}
