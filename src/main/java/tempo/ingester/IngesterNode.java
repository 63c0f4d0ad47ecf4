package tempo.ingester;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.actor.typed.pubsub.Topic;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.sharding.typed.ShardingMessageExtractor;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityContext;
import akka.cluster.typed.Cluster;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.ingester.Ingester.BlocksChanged;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.Ingester.ToInbox;
import tempo.ingester.Ingester.ToRange;
import tempo.ingester.copies.NodeIdentity;
import tempo.ingester.copies.OwedLogs;
import tempo.ingester.copies.WalCopies;
import tempo.telemetry.Metrics;
import tempo.tempodb.TempoDb;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.wal.Wal;
import tempo.tempodb.wal.WalClock;
import tempo.tempodb.wal.WalConfig;
import tempo.tempodb.wal.WalDisk;
import tempo.tempodb.wal.WalStats;

/**
 * The ingester of this node: opens the write-ahead log and replays it into the head block, starts the head block, and lets
 * Cluster Sharding start the ranges that live here. Of a node that is none, the way to the others. Thread-safe once started.
 */
public final class IngesterNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IngesterNode.class);

    private final ActorSystem<?> system;
    private final Optional<Local> local;
    private final ActorRef<ToRange> region;
    private final RangeOwners owners;
    private final ActorRef<Topic.Command<BlocksChanged>> blocksChanged;

    private IngesterNode(
            ActorSystem<?> system,
            Optional<Local> local,
            ActorRef<ToRange> region,
            RangeOwners owners,
            ActorRef<Topic.Command<BlocksChanged>> blocksChanged) {
        this.system = system;
        this.local = local;
        this.region = region;
        this.owners = owners;
        this.blocksChanged = blocksChanged;
    }

    /** What only a node that is an ingester has. */
    private record Local(Wal wal, LocalRanges ranges, ActorRef<ToHead> head, ActorRef<ToInbox> inbox) {}

    /**
     * How an ingester stands.
     *
     * @param ranges the ranges that live on this node
     * @param wal its log
     * @param walFloor position below which all of the log is in blocks
     */
    public record State(List<Integer> ranges, WalStats wal, long walFloor) {}

    /**
     * What a node's ingester is made of.
     *
     * @param rangeCount how many ranges the key space has
     * @param config when traces are finished and blocks are cut
     * @param walConfig sizes of the log
     * @param walDisk where the log is
     * @param copies in how many logs each span is before it is acknowledged, this node's included
     * @param identity which node it is, whatever its address
     * @param owed what is known of all nodes' logs
     * @param db where blocks go
     * @param clock time
     * @param queryMillisMax the longest time that a query may run; what was handed on is kept that long
     * @param metrics what is counted
     */
    public record Parts(
            int rangeCount,
            IngesterConfig config,
            WalConfig walConfig,
            WalDisk walDisk,
            int copies,
            NodeIdentity identity,
            OwedLogs owed,
            TempoDb db,
            Clock clock,
            long queryMillisMax,
            Metrics metrics) {}

    /** Milliseconds that never go back, whatever happens to the system's clock. */
    @FunctionalInterface
    public interface Clock extends LongSupplier {}

    /**
     * Starts the ingester; returns when the log is replayed.
     *
     * @throws IOException if the log's directory cannot be used
     */
    public static IngesterNode start(ActorSystem<?> system, Parts parts) throws IOException {
        HeadTraces headTraces = new HeadTraces(parts.config(), parts.queryMillisMax());
        WalCopies.FoundCopies found = new WalCopies.FoundCopies();
        Wal wal = openWal(parts, headTraces, found);
        Executor disk = system.dispatchers().lookup(DispatcherSelector.fromConfig("akka.actor.tempo-disk-dispatcher"));
        Executor cut = system.dispatchers().lookup(DispatcherSelector.fromConfig("akka.actor.tempo-cut-dispatcher"));
        ActorRef<Topic.Command<BlocksChanged>> news = news(system);
        TraceBudget budget = new TraceBudget(
                parts.config().liveTracesMax(), Runtime.getRuntime().maxMemory());
        LocalRanges ranges = new LocalRanges();
        String address = Ingester.nameOf(system.address());
        IngesterResources withoutCopies = new IngesterResources(
                wal,
                parts.db(),
                parts.clock(),
                disk,
                cut,
                ranges,
                budget,
                parts.metrics(),
                changed -> news.tell(Topic.publish(changed)),
                address,
                Acknowledgements.AT_ONCE);
        LogSlices slices = new LogSlices(wal, disk, address);
        Executor search =
                system.dispatchers().lookup(DispatcherSelector.fromConfig("akka.actor.tempo-search-dispatcher"));
        RecentSpans recent = new RecentSpans(wal, search, address);
        ActorRef<ToHead> head = system.systemActorOf(
                HeadBlock.create(headTraces, withoutCopies, slices, recent), "head-block", Props.empty());
        system.receptionist().tell(Receptionist.register(Ingester.HEAD, head));
        WalCopies copies = WalCopies.start(
                system,
                new WalCopies.Parts(
                        wal,
                        parts.copies(),
                        parts.identity(),
                        found,
                        new HeadForCopies(system, wal, head),
                        parts.owed(),
                        disk,
                        parts.clock(),
                        parts.metrics()));
        IngesterResources resources =
                parts.copies() == 1 ? withoutCopies : withoutCopies.with(Acknowledgements.afterCopying(copies));
        ConcurrentHashMap<Integer, LiveTraces> live = new ConcurrentHashMap<>();
        Function<Integer, LiveTraces> liveTraces =
                range -> live.computeIfAbsent(range, r -> new LiveTraces(parts.config(), parts.queryMillisMax()));
        ActorRef<ToRange> region = region(system, parts.rangeCount(), entity -> {
            int range = Integer.parseInt(entity.getEntityId());
            return TraceRange.create(range, liveTraces.apply(range), resources, slices, head);
        });
        ActorRef<ToInbox> inbox =
                system.systemActorOf(Inbox.create(region, head, resources), "ingester-inbox", Props.empty());
        system.receptionist().tell(Receptionist.register(Ingester.INBOX, inbox));
        Cluster cluster = Cluster.get(system);
        RangeOwners owners = new RangeOwners(region, ranges, () -> otherOwners(cluster), true);
        return new IngesterNode(system, Optional.of(new Local(wal, ranges, head, inbox)), region, owners, news);
    }

    /**
     * For a node that has not the role: what it is sent goes to those that have.
     *
     * @param rangeCount how many ranges the key space has
     */
    public static IngesterNode elsewhere(ActorSystem<?> system, int rangeCount) {
        ActorRef<ToRange> region = region(system, rangeCount, entity -> {
            throw new IllegalStateException("this node is no ingester");
        });
        Cluster cluster = Cluster.get(system);
        RangeOwners owners = new RangeOwners(region, new LocalRanges(), () -> otherOwners(cluster), false);
        return new IngesterNode(system, Optional.empty(), region, owners, news(system));
    }

    private static ActorRef<Topic.Command<BlocksChanged>> news(ActorSystem<?> system) {
        return system.systemActorOf(
                Topic.create(BlocksChanged.class, "blocks-changed"), "blocks-changed", Props.empty());
    }

    /** Cluster Sharding makes it a proxy where the node has not the role. */
    private static ActorRef<ToRange> region(
            ActorSystem<?> system, int rangeCount, Function<EntityContext<ToRange>, Behavior<ToRange>> ranges) {
        return ClusterSharding.get(system)
                .init(Entity.of(Ingester.RANGE, ranges::apply)
                        .withMessageExtractor(new RangeExtractor(rangeCount))
                        .withRole(Ingester.ROLE)
                        .withStopMessage(TraceRange.HandOff.INSTANCE));
    }

    private static boolean otherOwners(Cluster cluster) {
        for (Member member : cluster.state().getMembers()) {
            if (member.hasRole(Ingester.ROLE)
                    && member.status().equals(MemberStatus.up())
                    && !member.uniqueAddress().equals(cluster.selfMember().uniqueAddress())) {
                return true;
            }
        }
        return false;
    }

    private static Wal openWal(Parts parts, HeadTraces headTraces, WalCopies.FoundCopies found) throws IOException {
        long now = parts.clock().getAsLong();
        LoggingRecovery recovery = new LoggingRecovery(
                LOG, parts.metrics(), (position, tenant, batch) -> headTraces.add(tenant, batch, position, now), found);
        Wal wal = Wal.open(
                parts.walDisk(), parts.walConfig(), WalClock.system(), new WalMetrics(parts.metrics()), recovery);
        recovery.report();
        headTraces.closeAll();
        return wal;
    }

    /** Where pushes go. */
    public ActorRef<ToRange> region() {
        return region;
    }

    /** Whom to ask for the live traces of a range. */
    public RangeOwners owners() {
        return owners;
    }

    /** This node's head block, if it has one. */
    public Optional<ActorRef<ToHead>> head() {
        return local.map(Local::head);
    }

    /** How it stands, if this node has one. */
    public Optional<State> state() {
        return local.map(here ->
                new State(here.ranges().all(), here.wal().stats(), here.wal().floor()));
    }

    /** Where the nodes tell each other of blocks that they have committed. */
    public ActorRef<Topic.Command<BlocksChanged>> blocksChanged() {
        return blocksChanged;
    }

    /** Tells all nodes of a block that was committed. */
    public void tellOf(BlockMeta block) {
        blocksChanged.tell(Topic.publish(BlocksChanged.of(block)));
    }

    /**
     * The node begins to leave: it takes no slices any more whose ranges others own. Completes when those are in the head block
     * that it had let in before.
     */
    public CompletionStage<Done> leave() {
        owners.leave();
        if (local.isEmpty()) {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
        ActorRef<ToInbox> inbox = local.get().inbox();
        CompletableFuture<Done> nothingOnItsWay = new CompletableFuture<>();
        system.receptionist().tell(Receptionist.deregister(Ingester.INBOX, inbox));
        inbox.tell(new Inbox.Leave(nothingOnItsWay));
        return nothingOnItsWay;
    }

    /** Closes the log; what was appended before is durable. */
    @Override
    public void close() throws IOException {
        if (local.isPresent()) {
            local.get().wal().close();
        }
    }

    /** Entity id and shard id are the range's number; names are made once, not per message. */
    private static final class RangeExtractor extends ShardingMessageExtractor<ToRange, ToRange> {
        private final String[] names;

        RangeExtractor(int rangeCount) {
            names = new String[rangeCount];
            for (int i = 0; i < rangeCount; i++) {
                names[i] = Integer.toString(i);
            }
        }

        @Override
        public String entityId(ToRange message) {
            return names[message.range()];
        }

        @Override
        public String shardId(String entityId) {
            return entityId;
        }

        @Override
        public ToRange unwrapMessage(ToRange message) {
            return message;
        }
    }
}
