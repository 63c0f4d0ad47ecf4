package tempo.ingester.copies;

import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;
import akka.util.ByteString;

/** What nodes say to each other about copies of their logs; {@link CopiesSerializer} writes it. */
interface Copies {
    /** Those who send and hold copies, on all ingesters. */
    ServiceKey<ToKeeper> KEEPER = ServiceKey.create(ToKeeper.class, "copy-keeper");

    /** What {@link CopiesSerializer} writes; the configuration binds it by this name. */
    interface Travels {}

    /** A message to a node's {@link CopyKeeper}. */
    sealed interface ToKeeper permits HoldChunk, ChunkAnswered, AskFloor, Floor, CopyKeeper.Internal {}

    /**
     * Hold these records of a log.
     *
     * @param log whose they are
     * @param chunk chosen by the sender, given back in the answer
     * @param records as {@link CopiedRecords} writes them
     */
    record HoldChunk(String log, long chunk, ByteString records, ActorRef<ToKeeper> replyTo)
            implements ToKeeper, Travels {}

    /**
     * Answer to {@link HoldChunk}.
     *
     * @param holder the log of the node that answers
     */
    record ChunkAnswered(String holder, long chunk, HoldOutcome outcome) implements ToKeeper, Travels {}

    /** Asks the node of a log what of it is in blocks. */
    record AskFloor(String log, ActorRef<ToKeeper> replyTo) implements ToKeeper, Travels {}

    /** Answer to {@link AskFloor}: all records of the log below this position are in blocks. */
    record Floor(String log, long position) implements ToKeeper, Travels {}
}
