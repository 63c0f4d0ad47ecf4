package tempo.ingester.copies;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CopySimulationTest {
    private static final int SEEDS = Integer.getInteger("tempo.simulation.seeds", 60);

    @Test
    void noAcknowledgedRecordIsMissingWhateverHappens() {
        int acknowledged = 0;
        int complete = 0;
        int adopted = 0;
        int refused = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            CopySimulation simulation = new CopySimulation(seed);
            try {
                simulation.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            acknowledged += simulation.acknowledged();
            complete += simulation.completeAnswers;
            adopted += simulation.adopted;
            refused += simulation.refused;
        }
        assertTrue(acknowledged > 1_000 * SEEDS, "acknowledged " + acknowledged);
        assertTrue(complete > 100 * SEEDS, "complete answers " + complete);
        assertTrue(adopted > SEEDS, "adopted " + adopted);
        assertTrue(refused > 0, "refused " + refused);
    }
}
