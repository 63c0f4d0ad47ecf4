package tempo.compactor;

import akka.actor.typed.ActorRef;
import java.util.Optional;
import java.util.UUID;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.compaction.CompactionJob;

/** What the coordinator of compaction and the workers tell each other. Any message may be lost: workers repeat what they are at. */
public final class Compactor {
    /** Members of the cluster that merge blocks, one of which coordinates. */
    public static final String ROLE = "compactor";

    private Compactor() {}

    /** Messages that may go to another node. */
    interface Travels {}

    /** What the coordinator receives. */
    sealed interface ToCoordinator {}

    /** What a worker receives. */
    sealed interface ToWorker {}

    /**
     * From a worker, again and again.
     *
     * @param job what it is at, and 0 if it has none
     */
    record AtWork(ActorRef<ToWorker> worker, long job) implements ToCoordinator, Travels {}

    /**
     * From a worker that has done its job.
     *
     * @param output the new block; none if nothing was left of the others
     */
    record Finished(ActorRef<ToWorker> worker, long job, Optional<BlockMeta> output)
            implements ToCoordinator, Travels {}

    /**
     * From a worker that could not do its job.
     *
     * @param damaged a block that cannot be read
     */
    record Failed(ActorRef<ToWorker> worker, long job, String reason, Optional<UUID> damaged)
            implements ToCoordinator, Travels {}

    /** Time to look for what is due. */
    enum Tick implements ToCoordinator {
        INSTANCE
    }

    /** From the coordinator's own thread: what it found is done, and the workers are to be told so. */
    record TurnDone(java.util.List<Order> orders) implements ToCoordinator {}

    /** A message that a worker is to get. */
    record Order(ActorRef<ToWorker> worker, ToWorker message) {}

    /** Another coordinator goes on elsewhere. */
    enum Stop implements ToCoordinator {
        INSTANCE
    }

    /** From the coordinator: do this job. */
    record Assign(CompactionJob job) implements ToWorker, Travels {}

    /** From the coordinator: the job was given up. */
    record Cancel(long job) implements ToWorker, Travels {}

    /** Time to tell the coordinator. */
    enum Heartbeat implements ToWorker {
        INSTANCE
    }

    /** From the worker's own thread. */
    record RunDone(CompactionJob job, Optional<BlockMeta> output) implements ToWorker {}

    /** From the worker's own thread. */
    record RunFailed(CompactionJob job, Throwable cause) implements ToWorker {}

    /** The node is stopping. */
    record Leave(ActorRef<akka.Done> replyTo) implements ToWorker {}
}
