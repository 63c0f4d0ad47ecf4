package tempo.ingester;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.util.ByteString;
import java.util.List;
import tempo.span.TraceKey;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.scan.SpanCriteria;
import tempo.tempodb.scan.SpanNames;
import tempo.tempodb.scan.TraceSearch;

/**
 * What other packages may say to the actors of an ingester: the {@code TraceRange} that owns a range of keys, reached through
 * Cluster Sharding, and the head block of each node, found through the receptionist. Every message here may cross nodes;
 * {@link IngesterSerializer} writes them.
 */
public interface Ingester {
    /** The cluster role of nodes that own ranges. */
    String ROLE = "ingester";

    /** The sharded entity of a range. */
    EntityTypeKey<ToRange> RANGE = EntityTypeKey.create(ToRange.class, "trace-range");

    /** The head blocks of all nodes. */
    ServiceKey<ToHead> HEAD = ServiceKey.create(ToHead.class, "head-block");

    /** Where an ingester takes what other nodes send it, many pushes in one message. */
    ServiceKey<ToInbox> INBOX = ServiceKey.create(ToInbox.class, "ingester-inbox");

    /** What a node is called in messages of this protocol, and in those to people. */
    static String nameOf(Address address) {
        return address.hostPort();
    }

    /** What {@link IngesterSerializer} writes; the configuration binds it by this name. */
    interface Travels {}

    /** A message to the owner of a range. */
    sealed interface ToRange permits Push, FindLive, WarmUp, TraceRange.Internal {
        /** The range it is for. */
        int range();
    }

    /**
     * Buffers the slices of one batch once they are durable. Sent by the distributor; {@link Pushed} comes when the log has
     * been forced, or has failed.
     *
     * @param tenant whose spans they are
     * @param range the range that owns all keys of the batch
     * @param pushId chosen by the sender, given back in the reply
     * @param batch a {@link tempo.span.SliceBatch}
     */
    record Push(String tenant, int range, long pushId, ByteString batch, ActorRef<Pushed> replyTo)
            implements ToRange, Travels {}

    /** How a push ended. */
    enum PushOutcome {
        /** The slices are durable and are in the next answer. */
        DURABLE,
        /** The log is full; the client should come again later. */
        FULL,
        /** The log could not write, or copies could not be made; whether the slices are durable is not known. */
        FAILED,
        /** There are too few other ingesters to hold as many copies as the settings ask for. */
        TOO_FEW_NODES
    }

    /**
     * Reply to {@link Push}.
     *
     * @param owner the name of the node that owns the range; empty if the slices are not with the owner
     */
    record Pushed(long pushId, int range, PushOutcome outcome, String owner)
            implements GatheredReplies.Command, Travels {}

    /** A message to a node's inbox. */
    sealed interface ToInbox permits PushMany, Inbox.Internal {}

    /** Pushes for one node, in one message; each is answered in a {@link PushedMany}. */
    record PushMany(List<Entry> entries, ActorRef<PushedMany> replyTo) implements ToInbox, Travels {
        /**
         * One of them; fields as those of {@link Push}.
         *
         * @param toHead the owner of the range does not answer: this node is to log the slices and put them straight into its
         *     head block, where all queries look
         */
        public record Entry(String tenant, int range, long pushId, boolean toHead, ByteString batch) {}
    }

    /** Replies to a {@link PushMany}, as they come. */
    record PushedMany(List<Pushed> replies) implements Travels {}

    /**
     * Asks for what is live of a trace; answered by one or more {@link TracePart}s.
     *
     * @param question chosen by the sender, given back in each part
     */
    record FindLive(String tenant, int range, TraceKey key, int question, ActorRef<TracePart> replyTo)
            implements ToRange, Travels {}

    /** Makes sure that the range has an owner that answers; {@link Warm} comes as soon as it has. */
    record WarmUp(int range, ActorRef<Warm> replyTo) implements ToRange, Travels {}

    /** Reply to {@link WarmUp}. */
    record Warm(int range) implements Travels {}

    /** A message to a node's head block. */
    sealed interface ToHead permits FindHead, SearchRecent, NameRecent, CutAll, HeadBlock.Internal {}

    /**
     * Asks for what is in a head block of a trace; answered by one or more {@link TracePart}s.
     *
     * @param recentBlocks also look into the blocks that this node has committed lately, which a node that is not told of
     *     every block at once cannot know yet
     * @param question chosen by the sender, given back in each part
     */
    record FindHead(String tenant, TraceKey key, boolean recentBlocks, int question, ActorRef<TracePart> replyTo)
            implements ToHead, Travels {}

    /**
     * Asks for the traces with the newest spans that meet some criteria, of all spans that a node has lately received, live traces
     * among them; answered by {@link RecentTraces}.
     *
     * @param limit how many traces are wanted at most
     */
    record SearchRecent(String tenant, SpanCriteria criteria, int limit, ActorRef<RecentTraces> replyTo)
            implements ToHead, Travels {}

    /**
     * Reply to {@link SearchRecent}.
     *
     * @param source who answers, for messages to people
     * @param failures what could not be read
     */
    record RecentTraces(String source, List<TraceSearch.Found> found, List<String> failures) implements Travels {}

    /**
     * Asks which services, or which spans of a service, are among what a node has lately received; answered by {@link RecentNames}.
     *
     * @param service empty for the names of services
     */
    record NameRecent(String tenant, String service, ActorRef<RecentNames> replyTo) implements ToHead, Travels {}

    /** Reply to {@link NameRecent}; as {@link RecentTraces}. */
    record RecentNames(String source, List<SpanNames.Name> names, List<String> failures) implements Travels {}

    /** Cuts everything that is in the head block; {@link AllCut} comes when the blocks are committed, or a cut has failed. */
    record CutAll(ActorRef<AllCut> replyTo) implements ToHead, Travels {}

    /**
     * Reply to {@link CutAll}.
     *
     * @param failure empty if all is committed
     */
    record AllCut(String failure) implements Travels {}

    /**
     * Told to everybody: a block was committed, or something deleted.
     *
     * @param name the object that says so: a commit record or a tombstone
     * @param object what is in it, so that nobody has to read it
     */
    record BlocksChanged(String name, ByteString object) implements Travels {
        /** News of a block. */
        public static BlocksChanged of(BlockMeta block) {
            return new BlocksChanged(block.spec().metaName(), ByteString.fromArrayUnsafe(block.encode()));
        }
    }

    /**
     * A part of one place's answer.
     *
     * @param question which question it answers, by the number that it was given
     * @param source who answers, for messages to people
     * @param otlp serialized OTLP {@code TracesData}; empty if there is nothing
     * @param last whether this is the place's last part
     * @param failures what could not be read; only in the last part
     * @param ownerIsNew the range has had this owner for less time than a query may take: what the owner before it held went to
     *     that node's head block, perhaps after this query had asked there, so head blocks are to be asked once more
     */
    record TracePart(
            int question, String source, ByteString otlp, boolean last, List<String> failures, boolean ownerIsNew)
            implements Travels {}
}
