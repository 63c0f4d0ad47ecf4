package tempo.ingester;

import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import tempo.ingester.Ingester.BlocksChanged;
import tempo.telemetry.Metrics;
import tempo.tempodb.TempoDb;
import tempo.tempodb.wal.Wal;

/**
 * What the actors of a node's ingester share.
 *
 * @param wal the node's write-ahead log
 * @param db where blocks go
 * @param clock milliseconds that never go back
 * @param diskExecutor threads that may block on reads of log and blocks
 * @param cutExecutor thread that cuts blocks
 * @param ranges the ranges that live on this node
 * @param budget how many traces memory has room for
 * @param metrics what is counted
 * @param news tells all nodes of a committed block
 * @param node the name of this node
 * @param acknowledgements who answers pushes once they are in the log
 */
record IngesterResources(
        Wal wal,
        TempoDb db,
        LongSupplier clock,
        Executor diskExecutor,
        Executor cutExecutor,
        LocalRanges ranges,
        TraceBudget budget,
        Metrics metrics,
        Consumer<BlocksChanged> news,
        String node,
        Acknowledgements acknowledgements) {
    IngesterResources with(Acknowledgements others) {
        return new IngesterResources(
                wal, db, clock, diskExecutor, cutExecutor, ranges, budget, metrics, news, node, others);
    }
}
