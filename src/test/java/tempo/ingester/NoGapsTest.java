package tempo.ingester;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The rule "no gaps": whatever is being handed over, cut, confirmed, lost and sent again, forgotten or moved to another node, a
 * query finds everything that was acknowledged before it began. Two nodes in one thread, driven by a seed.
 */
final class NoGapsTest {
    private static final int SEEDS = Boolean.getBoolean("tempo.test.long") ? 100_000 : 2_000;
    private static final NoGapsSimulation.Rules RULES =
            new NoGapsSimulation.Rules(NoGapsSimulation.DEADLINE, NoGapsSimulation.DEADLINE, true);

    @Test
    void queryFindsAllThatWasAcknowledgedBeforeIt() {
        long complete = 0;
        long moves = 0;
        long blocks = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            NoGapsSimulation simulation = new NoGapsSimulation(seed, RULES);
            assertEquals(Optional.empty(), simulation.run(), "with seed " + seed);
            complete += simulation.completeQueries;
            moves += simulation.moves;
            blocks += simulation.blocksCut;
        }
        assertTrue(complete > 3L * SEEDS, complete + " complete queries");
        assertTrue(moves > SEEDS / 2, moves + " moves of the range");
        assertTrue(blocks > SEEDS / 2, blocks + " blocks");
    }

    /** Each rule is needed: without it the simulation finds a gap. */
    @Test
    void liveTracesMustBeKeptAfterTheirHandOver() {
        assertGap(new NoGapsSimulation.Rules(0, NoGapsSimulation.DEADLINE, true));
    }

    @Test
    void headBlockMustKeepWhatIsInABlock() {
        assertGap(new NoGapsSimulation.Rules(NoGapsSimulation.DEADLINE, 0, true));
    }

    @Test
    void headBlocksMustBeAskedAgainAfterARangeHasMoved() {
        assertGap(new NoGapsSimulation.Rules(NoGapsSimulation.DEADLINE, NoGapsSimulation.DEADLINE, false));
    }

    private static void assertGap(NoGapsSimulation.Rules broken) {
        boolean gap = false;
        for (long seed = 0; seed < 10L * SEEDS && !gap; seed++) {
            gap = new NoGapsSimulation(seed, broken).run().isPresent();
        }
        assertTrue(gap, "nobody would notice that this rule is broken: " + broken);
        assertFalse(broken.equals(RULES));
    }
}
