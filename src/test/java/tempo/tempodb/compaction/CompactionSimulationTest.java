package tempo.tempodb.compaction;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Whoever crashes, sleeps or believes to be in charge: readers find everything that was committed, once, and nothing is left behind. */
final class CompactionSimulationTest {
    private static final int SEEDS = Boolean.getBoolean("tempo.test.long") ? 20_000 : 100;

    @Test
    void readersFindAllThatIsCommittedOnce() throws Throwable {
        long observations = 0;
        long merges = 0;
        long late = 0;
        long withDirectories = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            CompactionSimulation simulation = new CompactionSimulation(seed, CompactionSimulation.RULES);
            try {
                simulation.run();
            } catch (Throwable failure) {
                throw new AssertionError("with seed " + seed + ":\n" + simulation.history(), failure);
            }
            observations += simulation.observations;
            merges += simulation.merges;
            late += simulation.lateCommits;
            withDirectories += simulation.history().contains(".dir") ? 1 : 0;
        }
        assertTrue(observations > 5L * SEEDS, observations + " observations");
        assertTrue(merges > SEEDS, merges + " merges");
        assertTrue(late > 0, late + " commits that came too late");
        assertTrue(withDirectories > 0, withDirectories + " runs with merged directories");
    }

    /** The grace time is needed: without it the simulation finds a reader whose block is gone. */
    @Test
    void replacedBlocksMustStayForAWhile() {
        CompactionSimulation.Rules broken = new CompactionSimulation.Rules(true, Duration.ofMillis(1));
        boolean noticed = false;
        for (long seed = 0; seed < 10L * SEEDS && !noticed; seed++) {
            try {
                new CompactionSimulation(seed, broken).run();
            } catch (Throwable expected) {
                noticed = true;
            }
        }
        assertTrue(noticed, "nobody would notice that replaced blocks go at once");
    }
}
