package tempo.ingester.copies;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.ingester.copies.Copies.AskFloor;
import tempo.ingester.copies.Copies.ChunkAnswered;
import tempo.ingester.copies.Copies.Floor;
import tempo.ingester.copies.Copies.HoldChunk;
import tempo.ingester.copies.Copies.ToKeeper;

/** Sends copies of this node's records to others, holds theirs, and has those of a node that is gone put into the head block. */
final class CopyKeeper extends AbstractOnMessageBehavior<ToKeeper> {
    private static final Logger LOG = LoggerFactory.getLogger(CopyKeeper.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration ASK = Duration.ofSeconds(2);
    private static final long WAITING_BYTES_MAX = 64L << 20;
    private static final long RESEND_MILLIS = 700;
    private static final long GIVE_UP_MILLIS = 4_000;

    /** Messages of this node; they never travel. */
    sealed interface Internal extends ToKeeper permits Copy, Held, Peers, Timer, Adopted {}

    /** A record of this node's log that is to be copied. */
    record Copy(CopiedRecord record, Consumer<CopyResult> result) implements Internal {}

    /** From the log: a chunk that was to be held is durable, or is not. */
    record Held(HoldChunk hold, long theirs, long ours, boolean durable) implements Internal {}

    /** From the receptionist: the other keepers that can be reached. */
    record Peers(Set<ActorRef<ToKeeper>> keepers) implements Internal {}

    /** A step of the adoption has ended. */
    record Adopted(Adoption.Step step) implements Internal {}

    /** What this actor tells itself. */
    enum Timer implements Internal {
        /** Time to look at deadlines and members. */
        TICK,
        /** Time to ask others what they have in blocks. */
        ASK,
        /** What was in the mailbox is in the open chunk. */
        FLUSH
    }

    private final ActorContext<ToKeeper> context;
    private final WalCopies.Parts parts;
    private final LongSupplier clock;
    private final Cluster cluster;
    private final Facts facts;
    private final String self;
    private final CopySender sender;
    private final HeldCopies held;
    private final HeldRecords records;
    private final Adoption adoption;
    private final HolderFacts holderFacts;
    private final Map<String, ActorRef<ToKeeper>> peers = new HashMap<>();
    private Set<ActorRef<ToKeeper>> keepers = Set.of();
    private boolean flushing;

    private CopyKeeper(ActorContext<ToKeeper> context, TimerScheduler<ToKeeper> timers, WalCopies.Parts parts) {
        super(context);
        this.context = context;
        this.parts = parts;
        this.clock = parts.clock();
        this.cluster = Cluster.get(context.getSystem());
        this.facts = parts.owed().facts();
        this.self = facts.self();
        this.held = parts.found().held();
        this.holderFacts = new HolderFacts(facts, parts.head()::cut);
        this.sender = new CopySender(
                new CopySender.Config(parts.copies() - 1, WAITING_BYTES_MAX, RESEND_MILLIS, GIVE_UP_MILLIS),
                this::send);
        ActorRef<ToKeeper> me = context.getSelf();
        this.records = HeldRecords.in(parts.wal());
        this.adoption = new Adoption(
                parts.identity().node(),
                facts,
                held,
                records,
                parts.head(),
                parts.disk(),
                step -> me.tell(new Adopted(step)));
        ActorRef<Receptionist.Listing> listings = context.messageAdapter(
                Receptionist.Listing.class, listing -> new Peers(listing.getServiceInstances(Copies.KEEPER)));
        context.getSystem().receptionist().tell(Receptionist.subscribe(Copies.KEEPER, listings));
        timers.startTimerWithFixedDelay(Timer.TICK, TICK);
        timers.startTimerWithFixedDelay(Timer.ASK, ASK);
    }

    static Behavior<ToKeeper> create(WalCopies.Parts parts) {
        return Behaviors.supervise(Behaviors.<ToKeeper>setup(
                        context -> Behaviors.withTimers(timers -> new CopyKeeper(context, timers, parts))))
                .onFailure(SupervisorStrategy.restart());
    }

    @Override
    public Behavior<ToKeeper> onMessage(ToKeeper message) {
        if (message instanceof Copy copy) return onCopy(copy);
        if (message instanceof HoldChunk hold) return onHold(hold);
        if (message instanceof Held done) return onHeld(done);
        if (message instanceof ChunkAnswered answered) return onAnswered(answered);
        if (message instanceof AskFloor ask) return onAskFloor(ask);
        if (message instanceof Floor floor) return onFloor(floor);
        if (message instanceof Timer timer) return onTimer(timer);
        if (message instanceof Peers changed) return onPeers(changed);
        if (message instanceof Adopted adopted) return onAdopted(adopted);
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<ToKeeper> onCopy(Copy copy) {
        sender.add(copy.record(), copy.result(), clock.getAsLong());
        if (!flushing) {
            flushing = true;
            context.getSelf().tell(Timer.FLUSH);
        }
        return this;
    }

    private void send(String peer, long chunk, List<CopiedRecord> records) {
        holderFacts.sentTo(peer);
        ActorRef<ToKeeper> keeper = peers.get(peer);
        if (keeper != null) {
            keeper.tell(new HoldChunk(self, chunk, CopiedRecords.encode(records), context.getSelf()));
        }
    }

    private Behavior<ToKeeper> onAnswered(ChunkAnswered answered) {
        boolean before = sender.removed();
        sender.answered(answered.holder(), answered.chunk(), answered.outcome(), clock.getAsLong());
        if (sender.removed() && !before) {
            LOG.error(
                    "this node was removed from the cluster, says {}: nothing is acknowledged any more",
                    answered.holder());
        }
        return this;
    }

    private Behavior<ToKeeper> onHold(HoldChunk hold) {
        HoldOutcome outcome = held.mayHold(hold.log());
        if (outcome != HoldOutcome.HELD) {
            hold.replyTo().tell(new ChunkAnswered(self, hold.chunk(), outcome));
            return this;
        }
        HeldLog log = held.log(hold.log());
        if (log.tellNow()) {
            // Its own node has told it too, but nobody listens to a node that was removed just now.
            facts.tell(LogFacts.holds(hold.log(), self));
        }
        long theirs = CopiedRecords.lastPosition(hold.records().asByteBuffer());
        ActorRef<ToKeeper> me = context.getSelf();
        log.begun();
        parts.wal()
                .append(HeldAppend.of(
                        hold.log(),
                        hold.records(),
                        ours -> me.tell(new Held(hold, theirs, ours, true)),
                        () -> me.tell(new Held(hold, theirs, 0, false))));
        return this;
    }

    private Behavior<ToKeeper> onHeld(Held done) {
        HoldChunk hold = done.hold();
        HeldLog log = held.log(hold.log());
        if (done.durable()) {
            log.appended(done.theirs(), done.ours());
        } else {
            log.failed();
        }
        HoldOutcome outcome = log.closed() ? HoldOutcome.REFUSED : done.durable() ? HoldOutcome.HELD : HoldOutcome.BUSY;
        hold.replyTo().tell(new ChunkAnswered(self, hold.chunk(), outcome));
        return this;
    }

    private Behavior<ToKeeper> onAskFloor(AskFloor ask) {
        if (ask.log().equals(self)) {
            ask.replyTo().tell(new Floor(self, parts.wal().floor()));
        }
        return this;
    }

    private Behavior<ToKeeper> onFloor(Floor floor) {
        HeldLog log = held.log(floor.log());
        if (!log.closed()) {
            for (long position : log.takeBelow(floor.position())) {
                records.release(position);
            }
        }
        return this;
    }

    private Behavior<ToKeeper> onTimer(Timer timer) {
        switch (timer) {
            case FLUSH -> {
                flushing = false;
                sender.flush(clock.getAsLong());
            }
            case TICK -> onTick();
            case ASK -> {
                for (String log : held.toAsk()) {
                    ActorRef<ToKeeper> keeper = peers.get(log);
                    if (keeper != null) {
                        keeper.tell(new AskFloor(log, context.getSelf()));
                    }
                }
            }
        }
        return this;
    }

    private void onTick() {
        long now = clock.getAsLong();
        if (!cluster.selfMember().status().equals(MemberStatus.up())) {
            // Who is a member is not known yet, or not any more.
            return;
        }
        for (String log : held.members(facts.memberLogs())) {
            LOG.warn("{} is gone: what this node holds of its log goes into the head block", log);
        }
        learnPeers(now);
        sender.tick(now);
        sender.floor(parts.wal().floor());
        holderFacts.tick(sender.holders(), peers.keySet(), now);
        adoption.tick(now);
        parts.metrics()
                .walCopies(
                        held.records(),
                        sender.waitingBytes(),
                        parts.owed().now().size());
    }

    private Behavior<ToKeeper> onPeers(Peers changed) {
        keepers = changed.keepers();
        learnPeers(clock.getAsLong());
        return this;
    }

    /** A keeper's log is called by the uid of its node's run, which only the cluster knows. */
    private void learnPeers(long nowMillis) {
        Map<akka.actor.Address, Member> members = new HashMap<>();
        for (Member member : cluster.state().getMembers()) {
            if (member.status().equals(MemberStatus.up())) {
                members.put(member.address(), member);
            }
        }
        Map<String, ActorRef<ToKeeper>> now = new HashMap<>();
        Map<String, String> zones = new HashMap<>();
        for (ActorRef<ToKeeper> keeper : keepers) {
            Member member = members.get(keeper.path().address());
            if (member != null) {
                String log = OwedLogs.logOf(member.uniqueAddress());
                now.put(log, keeper);
                zones.put(log, Zones.of(member.getRoles()));
            }
        }
        if (!now.equals(peers)) {
            peers.clear();
            peers.putAll(now);
            sender.peers(PeerOrder.of(self, parts.identity().zone(), zones), nowMillis);
        }
    }

    private Behavior<ToKeeper> onAdopted(Adopted adopted) {
        adoption.onStep(adopted.step(), clock.getAsLong());
        return this;
    }
}
