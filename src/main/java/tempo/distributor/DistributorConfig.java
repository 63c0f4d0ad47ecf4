package tempo.distributor;

import akka.actor.typed.ActorRef;
import java.util.function.LongSupplier;
import tempo.ingester.Ingester.ToRange;

/**
 * What a node's distributor is made of.
 *
 * @param region the node's shard region, through which ranges are reached whose owners are not known
 * @param node the name of this node
 * @param rangeCount how many ranges the key space has
 * @param deadlineMillis after so long an export is given up
 * @param ownerMillis after so long without an answer a push goes to another ingester
 * @param clock milliseconds that never go back
 */
public record DistributorConfig(
        ActorRef<ToRange> region,
        String node,
        int rangeCount,
        long deadlineMillis,
        long ownerMillis,
        LongSupplier clock) {}
