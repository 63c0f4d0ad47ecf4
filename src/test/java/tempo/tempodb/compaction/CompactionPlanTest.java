package tempo.tempodb.compaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockMeta;

/** Blocks become few, none is in two merges, and none is written again for next to nothing. */
final class CompactionPlanTest {
    private static final CompactionConfig CONFIG = new CompactionConfig(
            List.of(Duration.ofMinutes(30), Duration.ofHours(2)), Duration.ofMinutes(10), 100_000_000, 8, 4);
    private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

    private final CompactionPlan plan = new CompactionPlan(CONFIG);
    private final SimulatedBlocks blocks = new SimulatedBlocks();

    private BlockMeta cut(Instant time, long bytes) {
        return blocks.cut("t", ArrivalWindow.of(time, CONFIG.windows().get(0)), 0, 1, bytes);
    }

    private List<Merge> due(List<BlockMeta> of, Instant now) {
        return plan.due(of, Set.of(), now);
    }

    @Test
    void mergesAWindowOnceItIsClosed() {
        List<BlockMeta> some = List.of(cut(START, 1_000_000), cut(START, 2_000_000), cut(START, 3_000_000));
        assertEquals(List.of(), due(some, START.plus(Duration.ofMinutes(39))));
        List<Merge> merges = due(some, START.plus(Duration.ofMinutes(40)));
        assertEquals(1, merges.size());
        assertEquals(new HashSet<>(some), new HashSet<>(merges.get(0).inputs()));
        assertEquals(some.get(0).spec().window(), merges.get(0).window());
        assertEquals(1, merges.get(0).output(new UUID(1, 1), 7).level());
    }

    @Test
    void mergesAnOpenWindowOnceThereAreManyOfALevel() {
        List<BlockMeta> many = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            many.add(cut(START, 1_000_000));
        }
        assertEquals(List.of(), due(many, START));
        many.add(cut(START, 1_000_000));
        assertEquals(8, due(many, START).get(0).inputs().size());
    }

    @Test
    void mergesAnOpenWindowOnceThereAreManyBytes() {
        List<BlockMeta> large = new ArrayList<>();
        large.add(cut(START, 30_000_000));
        assertEquals(List.of(), due(large, START));
        large.add(cut(START, 30_000_000));
        assertEquals(2, due(large, START).get(0).inputs().size());
    }

    @Test
    void leavesWhatIsLargeEnough() {
        assertEquals(
                List.of(),
                due(List.of(cut(START, 50_000_000), cut(START, 60_000_000)), START.plus(Duration.ofDays(1))));
    }

    @Test
    void doesNotWriteALargeBlockAgainForASmallOne() {
        BlockMeta large = cut(START, 40_000_000);
        Instant closed = START.plus(Duration.ofHours(1));
        assertEquals(List.of(), due(List.of(large, cut(START, 100_000)), closed));
        assertEquals(1, due(List.of(large, cut(START, 6_000_000)), closed).size());
    }

    @Test
    void mergesAcrossWindowsWhatIsSmallStill() {
        List<BlockMeta> ofEach = new ArrayList<>();
        for (int window = 0; window < 4; window++) {
            ofEach.add(cut(START.plus(Duration.ofMinutes(30L * window)), 10_000_000));
        }
        assertEquals(List.of(), due(ofEach, START.plus(Duration.ofMinutes(129))));
        List<Merge> merges = due(ofEach, START.plus(Duration.ofMinutes(130)));
        assertEquals(1, merges.size());
        assertEquals(7200, merges.get(0).window().seconds());
        assertEquals(START.getEpochSecond(), merges.get(0).window().startSeconds());
        assertEquals(4, merges.get(0).inputs().size());
    }

    @Test
    void waitsForTheMergesOfShorterWindows() {
        List<BlockMeta> ofEach = new ArrayList<>();
        for (int window = 0; window < 5; window++) {
            ofEach.add(cut(START.plus(Duration.ofMinutes(30L * Math.min(window, 3))), 10_000_000));
        }
        Instant closed = START.plus(Duration.ofHours(3));
        List<Merge> merges = plan.due(ofEach, Set.of(), closed);
        assertEquals(1, merges.size(), "only the window with two blocks");
        assertEquals(1800, merges.get(0).window().seconds());
        Set<UUID> busy = Set.of(ofEach.get(3).blockId(), ofEach.get(4).blockId());
        assertEquals(List.of(), plan.due(ofEach, busy, closed));
    }

    /** Whatever blocks there are: merging what is due until nothing is comes to an end, with few small blocks left. */
    @Property(tries = 100)
    void comesToAnEnd(@ForAll long seed) {
        Random random = new Random(seed);
        Map<UUID, BlockMeta> visible = new LinkedHashMap<>();
        int windows = 1 + random.nextInt(8);
        for (int i = random.nextInt(100); i > 0; i--) {
            Instant time = START.plus(Duration.ofMinutes(30L * random.nextInt(windows)));
            ArrivalWindow window = ArrivalWindow.of(time, CONFIG.windows().get(0));
            int range = random.nextInt(4);
            BlockMeta meta = blocks.cut("t", window, range, 4, (long) Math.pow(10, 4 + 4 * random.nextDouble()));
            visible.put(meta.blockId(), meta);
        }
        Instant now = START.plus(Duration.ofMinutes(random.nextInt(600)));
        int rounds = 0;
        for (List<Merge> due = plan.due(visible.values(), Set.of(), now);
                !due.isEmpty();
                due = plan.due(visible.values(), Set.of(), now)) {
            assertEquals(due, plan.due(visible.values(), Set.of(), now));
            rounds++;
            assertTrue(rounds < 20, "no end");
            Set<UUID> taken = new HashSet<>();
            for (Merge merge : due) {
                assertTrue(merge.inputs().size() >= 2 && merge.inputs().size() <= CONFIG.inputsMax());
                assertTrue(merge.bytes() <= CONFIG.blockBytesMax());
                for (BlockMeta input : merge.inputs()) {
                    assertTrue(taken.add(input.blockId()), "a block is in two merges");
                    assertTrue(visible.containsKey(input.blockId()));
                    long start = input.spec().window().startSeconds();
                    assertTrue(start >= merge.window().startSeconds()
                            && start
                                    < merge.window().startSeconds()
                                            + merge.window().seconds());
                }
            }
            for (Merge merge : due) {
                merge.inputs().forEach(input -> visible.remove(input.blockId()));
                BlockMeta output = blocks.merged(merge);
                visible.put(output.blockId(), output);
            }
        }
        if (now.isAfter(START.plus(Duration.ofMinutes(30L * windows + 10)))) {
            Map<Long, Integer> small = new LinkedHashMap<>();
            for (BlockMeta meta : visible.values()) {
                if (meta.summary().dataBytes() < CONFIG.blockBytesMax() / 10) {
                    small.merge(meta.spec().window().startSeconds(), 1, Integer::sum);
                }
            }
            small.values().forEach(count -> assertTrue(count <= 4, "small blocks left in a window: " + count));
        }
    }

    /** As the documentation says, or better: a week of it in long runs. */
    @Test
    void keepsWriteAmplificationAndBlockCountsLow() {
        boolean week = Boolean.getBoolean("tempo.test.long");
        if (week) {
            CompactionWeek.Outcome alone =
                    new CompactionWeek(CompactionConfig.DEFAULT, load(1_000_000, 1, 1)).run(Duration.ofDays(7));
            System.out.println("a week of 1 MB/s on one node: " + alone);
        }
        CompactionWeek.Outcome small =
                new CompactionWeek(CompactionConfig.DEFAULT, load(1_000_000, 3, 3)).run(Duration.ofDays(week ? 7 : 1));
        System.out.println("1 MB/s on three nodes: " + small);
        assertTrue(small.writeAmplification() < 3.1, small.toString());
        assertTrue(small.blocksMax() < (week ? 100 : 40), small.toString());
        assertTrue(small.doneSecondsMax() < 700, small.toString());
        CompactionWeek.Outcome large = new CompactionWeek(CompactionConfig.DEFAULT, load(1_000_000_000, 30, 8))
                .run(week ? Duration.ofDays(7) : Duration.ofHours(3));
        System.out.println("1 GB/s on thirty nodes: " + large);
        assertTrue(large.writeAmplification() < 2.1, large.toString());
        assertTrue(large.recentBlocksMax() < 400, large.toString());
        assertTrue(large.lagSecondsMax() < 60, large.toString());
    }

    private static CompactionWeek.Load load(long bytesPerSecond, int nodes, int workers) {
        return new CompactionWeek.Load(
                bytesPerSecond, nodes, 256 << 20, Duration.ofMinutes(5), workers, 50_000_000, Duration.ofDays(14));
    }
}
