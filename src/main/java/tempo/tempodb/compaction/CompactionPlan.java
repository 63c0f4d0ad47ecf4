package tempo.tempodb.compaction;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;

/*
 * As long as a window is open, blocks of one level are merged once there are enough of them to fill a merge, so that their number
 * stays small whatever comes in, and each span is written again once for each level. When the window closes, what is small is
 * merged with whatever else is small; when the next longer window closes, what is small still. Blocks are taken in the order of their
 * keys: what nodes with different ranges have cut stays apart where it is too much for one block, and is found in fewer of them.
 */
/** Chooses which blocks of a tenant are merged next. Pure: the same blocks and time give the same merges. */
final class CompactionPlan {
    /** A block this many times as large as all the others of a merge together is not written again for them. */
    private static final int LARGEST_TO_REST_MAX = 8;

    private static final Comparator<BlockMeta> BY_KEY = Comparator.comparing(
                    (BlockMeta meta) -> meta.summary().keyMin())
            .thenComparingLong(meta -> meta.summary().startMin())
            .thenComparing(BlockMeta::blockId);

    private final CompactionConfig config;

    CompactionPlan(CompactionConfig config) {
        this.config = config;
    }

    /** Blocks that are merged with each other or not at all. */
    private record Pool(ArrivalWindow window, BlockContent content) {}

    /**
     * The merges that are due, none of which has a block in common with another, the most useful first.
     *
     * @param blocks the visible blocks of one tenant
     * @param busy those that are being merged already
     */
    List<Merge> due(Collection<BlockMeta> blocks, Set<UUID> busy, Instant now) {
        List<Merge> due = new ArrayList<>();
        Set<UUID> taken = new HashSet<>(busy);
        for (int tier = 0; tier < config.windows().size(); tier++) {
            Duration length = config.windows().get(tier);
            for (Map.Entry<Pool, List<BlockMeta>> pool : pools(blocks, length).entrySet()) {
                ArrivalWindow window = pool.getKey().window();
                List<BlockMeta> small = pool.getValue();
                // What is being merged comes back as one block: a wider window waits for that.
                boolean settled = small.stream().noneMatch(meta -> taken.contains(meta.blockId()));
                small.removeIf(meta -> taken.contains(meta.blockId()));
                List<Merge> merges;
                if (isClosed(window, now)) {
                    merges = tier == 0 || settled
                            ? merges(window, small, tier == 0 ? 2 : config.widerInputsMin())
                            : List.of();
                } else {
                    merges = tier == 0 ? fullMerges(window, small) : List.of();
                }
                for (Merge merge : merges) {
                    merge.inputs().forEach(input -> taken.add(input.blockId()));
                    due.add(merge);
                }
            }
        }
        due.sort(Comparator.comparingInt((Merge merge) -> -merge.inputs().size())
                .thenComparingLong(merge -> merge.window().startSeconds()));
        return due;
    }

    /** How many seconds ago the window of a merge closed; 0 if it is open. */
    long secondsDue(Merge merge, Instant now) {
        return Math.max(0, now.getEpochSecond() - closedAt(merge.window()));
    }

    private boolean isClosed(ArrivalWindow window, Instant now) {
        return closedAt(window) <= now.getEpochSecond();
    }

    private long closedAt(ArrivalWindow window) {
        return window.startSeconds() + window.seconds() + config.closedAfter().toSeconds();
    }

    /** Small blocks by the window of this length that they fall into, oldest first; longer windows' blocks are left out. */
    private Map<Pool, List<BlockMeta>> pools(Collection<BlockMeta> blocks, Duration length) {
        Map<Pool, List<BlockMeta>> pools = new TreeMap<>(
                Comparator.comparingLong((Pool pool) -> pool.window().startSeconds())
                        .thenComparing(Pool::content));
        for (BlockMeta meta : blocks) {
            ArrivalWindow own = meta.spec().window();
            boolean small = meta.summary().dataBytes() < config.blockBytesMax() / 2;
            if (small && own.seconds() <= length.toSeconds()) {
                ArrivalWindow window = ArrivalWindow.of(Instant.ofEpochSecond(own.startSeconds()), length);
                pools.computeIfAbsent(new Pool(window, meta.spec().content()), unused -> new ArrayList<>())
                        .add(meta);
            }
        }
        return pools;
    }

    /** Merges of blocks of one level that are as many, or as large, as one takes. */
    private List<Merge> fullMerges(ArrivalWindow window, List<BlockMeta> blocks) {
        Map<Integer, List<BlockMeta>> byLevel = new TreeMap<>();
        blocks.forEach(meta -> byLevel.computeIfAbsent(meta.spec().level(), unused -> new ArrayList<>())
                .add(meta));
        List<Merge> full = new ArrayList<>();
        for (List<BlockMeta> level : byLevel.values()) {
            for (Merge merge : merges(window, level, 2)) {
                if (merge.inputs().size() == config.inputsMax() || merge.bytes() > config.blockBytesMax() / 2) {
                    full.add(merge);
                }
            }
        }
        return full;
    }

    private List<Merge> merges(ArrivalWindow window, List<BlockMeta> blocks, int inputsMin) {
        List<BlockMeta> byKey = new ArrayList<>(blocks);
        byKey.sort(BY_KEY);
        List<Merge> merges = new ArrayList<>();
        List<BlockMeta> inputs = new ArrayList<>();
        long bytes = 0;
        for (BlockMeta meta : byKey) {
            long more = meta.summary().dataBytes();
            if (inputs.size() == config.inputsMax() || bytes + more > config.blockBytesMax()) {
                addIfWorthwhile(window, inputs, inputsMin, merges);
                inputs = new ArrayList<>();
                bytes = 0;
            }
            inputs.add(meta);
            bytes += more;
        }
        addIfWorthwhile(window, inputs, inputsMin, merges);
        return merges;
    }

    /** Adds a merge of these blocks, without those that are too large to be written again for the others. */
    private static void addIfWorthwhile(
            ArrivalWindow window, List<BlockMeta> blocks, int inputsMin, List<Merge> merges) {
        List<BlockMeta> inputs = new ArrayList<>(blocks);
        while (inputs.size() >= inputsMin) {
            Merge merge = new Merge(window, inputs);
            BlockMeta largest = Collections.max(
                    inputs, Comparator.comparingLong(meta -> meta.summary().dataBytes()));
            long rest = merge.bytes() - largest.summary().dataBytes();
            if (largest.summary().dataBytes() <= LARGEST_TO_REST_MAX * rest) {
                merges.add(merge);
                return;
            }
            inputs.remove(largest);
        }
    }
}
