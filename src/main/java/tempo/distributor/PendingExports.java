package tempo.distributor;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.actor.typed.receptionist.Receptionist;
import akka.util.ByteString;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import tempo.distributor.PendingExport.PendingPush;
import tempo.distributor.Placement.Target;
import tempo.ingester.Ingester;
import tempo.ingester.Ingester.Push;
import tempo.ingester.Ingester.PushMany;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.PushedMany;
import tempo.ingester.Ingester.ToInbox;
import tempo.ingester.Ingester.Warm;
import tempo.ingester.Ingester.WarmUp;
import tempo.span.Refusal;
import tempo.span.SplitRequest.RangeBatch;

/**
 * Sends the batches of each export to the owners of their ranges, and to other ingesters where an owner does not answer in time or
 * cannot take them; counts the replies, and gives up on exports that are past the deadline.
 */
final class PendingExports extends AbstractOnMessageBehavior<PendingExports.Command> {
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration PROBE = Duration.ofSeconds(1);

    /** So many ranges are asked at a time whether their owners are back. */
    private static final int PROBES_MAX = 64;

    /** The number of a push is that of its export, and behind it its place there: a request has fewer spans than that. */
    private static final int INDEX_BITS = 24;

    /** What this actor receives. */
    sealed interface Command permits Export, Reply, Replies, Inboxes, Answers, Timer {}

    /**
     * From {@link Distributor}: send these batches.
     *
     * @param stored completed with empty when all are durable, else with the reason why the request failed
     */
    record Export(String tenant, List<RangeBatch> batches, CompletableFuture<Optional<Refusal>> stored)
            implements Command {}

    /** From the owner of a range, to a push through the region. */
    record Reply(Pushed pushed) implements Command {}

    /** From another node. */
    record Replies(PushedMany pushed) implements Command {}

    /** From the receptionist: the ingesters that can be reached. */
    record Inboxes(Set<ActorRef<ToInbox>> inboxes) implements Command {}

    /** From an owner that did not answer before. */
    record Answers(int range) implements Command {}

    /** What this actor tells itself. */
    enum Timer implements Command {
        /** Time to look at the deadlines. */
        TICK,
        /** Time to ask whether owners are back. */
        PROBE,
        /** All that was in the mailbox is in the messages that go to other nodes now. */
        FLUSH
    }

    private final ActorContext<Command> context;
    private final DistributorConfig config;
    private final Function<ActorRef<ToInbox>, String> nodeOf;
    private final Placement placement;
    private final OutgoingPushes outgoing;
    private final Map<String, ActorRef<ToInbox>> inboxes = new HashMap<>();
    private final ActorRef<Pushed> replies;
    private final ActorRef<Warm> warm;

    /** In the order of their deadlines, since all have the same time. */
    private final Map<Long, PendingExport> pending = new LinkedHashMap<>();

    private long nextExport;
    private boolean flushing;

    private PendingExports(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            DistributorConfig config,
            Function<ActorRef<ToInbox>, String> nodeOf) {
        super(context);
        this.context = context;
        this.nodeOf = nodeOf;
        this.config = config;
        this.placement = new Placement(config.node(), config.rangeCount());
        this.replies = context.messageAdapter(Pushed.class, Reply::new);
        this.warm = context.messageAdapter(Warm.class, answer -> new Answers(answer.range()));
        this.outgoing = new OutgoingPushes(context.messageAdapter(PushedMany.class, Replies::new));
        ActorRef<Receptionist.Listing> listings = context.messageAdapter(
                Receptionist.Listing.class, listing -> new Inboxes(listing.getServiceInstances(Ingester.INBOX)));
        context.getSystem().receptionist().tell(Receptionist.subscribe(Ingester.INBOX, listings));
        timers.startTimerWithFixedDelay(Timer.TICK, TICK);
        timers.startTimerWithFixedDelay(Timer.PROBE, PROBE);
    }

    static Behavior<Command> create(DistributorConfig config) {
        return create(config, inbox -> {
            Address address = inbox.path().address();
            return address.hasLocalScope() ? config.node() : Ingester.nameOf(address);
        });
    }

    /** As above, with another way to tell on which node an inbox is. */
    static Behavior<Command> create(DistributorConfig config, Function<ActorRef<ToInbox>, String> nodeOf) {
        return Behaviors.supervise(Behaviors.<Command>setup(
                        context -> Behaviors.withTimers(timers -> new PendingExports(context, timers, config, nodeOf))))
                .onFailure(SupervisorStrategy.restart());
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        if (message instanceof Reply reply) return onReply(reply.pushed());
        if (message instanceof Replies many) return onReplies(many.pushed());
        if (message instanceof Export export) return onExport(export);
        if (message instanceof Timer timer) return onTimer(timer);
        if (message instanceof Inboxes changed) return onInboxes(changed);
        if (message instanceof Answers answers) return onAnswers(answers);
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<Command> onExport(Export export) {
        long number = nextExport++;
        PendingExport added = new PendingExport(
                export.tenant(),
                export.batches(),
                export.stored(),
                config.clock().getAsLong());
        pending.put(number, added);
        for (int index = 0; index < added.pushCount(); index++) {
            PendingPush push = added.push(index);
            send(added, number << INDEX_BITS | index, push, placement.first(push.batch.range()));
        }
        return this;
    }

    private void send(PendingExport export, long pushId, PendingPush push, Target target) {
        RangeBatch batch = push.batch;
        ByteString bytes = ByteString.fromArrayUnsafe(batch.batch());
        push.sentMillis = config.clock().getAsLong();
        push.repliesMissing++;
        switch (target.way()) {
            case REGION -> {
                push.tried.add(placement.owner(batch.range()));
                config.region().tell(new Push(export.tenant, batch.range(), pushId, bytes, replies));
            }
            case OWNER, HEAD -> {
                push.tried.add(target.node());
                ActorRef<ToInbox> inbox = inboxes.get(target.node());
                if (inbox != null) {
                    boolean toHead = target.way() == Placement.Way.HEAD;
                    outgoing.add(inbox, new PushMany.Entry(export.tenant, batch.range(), pushId, toHead, bytes));
                    flushSoon();
                }
            }
            case NOWHERE -> throw new IllegalArgumentException("push goes nowhere");
        }
    }

    private void flushSoon() {
        if (!flushing) {
            flushing = true;
            context.getSelf().tell(Timer.FLUSH);
        }
    }

    private Behavior<Command> onReplies(PushedMany many) {
        many.replies().forEach(this::onReply);
        return this;
    }

    private Behavior<Command> onReply(Pushed pushed) {
        placement.learned(pushed.range(), pushed.owner());
        long number = pushed.pushId() >> INDEX_BITS;
        PendingExport export = pending.get(number);
        if (export == null) {
            return this;
        }
        PendingPush push = export.push((int) (pushed.pushId() & (1 << INDEX_BITS) - 1));
        if (push.ended) {
            return this;
        }
        push.repliesMissing--;
        push.tried.add(pushed.owner());
        switch (pushed.outcome()) {
            case FULL -> push.reason = Refusal.STORAGE_FULL;
            case TOO_FEW_NODES -> push.reason = Refusal.TOO_FEW_INGESTERS;
            case DURABLE, FAILED -> {
                // It is durable, or nothing more is known than before.
            }
        }
        boolean all = false;
        if (pushed.outcome() == PushOutcome.DURABLE) {
            all = export.durable(push);
        } else if (push.repliesMissing <= 0 && !sendElsewhere(export, pushed.pushId(), push)) {
            all = export.failed(push);
        }
        if (all) {
            pending.remove(number);
        }
        return this;
    }

    private boolean sendElsewhere(PendingExport export, long pushId, PendingPush push) {
        Target target = placement.next(push.batch.range(), push.tried);
        if (target.way() == Placement.Way.NOWHERE) {
            return false;
        }
        send(export, pushId, push, target);
        return true;
    }

    private Behavior<Command> onTimer(Timer timer) {
        switch (timer) {
            case TICK -> onTick();
            case PROBE -> onProbe();
            case FLUSH -> {
                flushing = false;
                outgoing.flush();
            }
        }
        return this;
    }

    private void onTick() {
        long now = config.clock().getAsLong();
        pending.values().removeIf(export -> {
            boolean late = now - export.startedMillis > config.deadlineMillis();
            if (late) {
                export.giveUp();
            }
            return late;
        });
        for (Map.Entry<Long, PendingExport> each : pending.entrySet()) {
            PendingExport export = each.getValue();
            if (now - export.startedMillis < config.ownerMillis()) {
                return;
            }
            passOver(each.getKey(), export, now);
        }
    }

    /** What was not answered in time goes to others as well. */
    private void passOver(long number, PendingExport export, long nowMillis) {
        for (int index = 0; index < export.pushCount(); index++) {
            PendingPush push = export.push(index);
            if (!push.ended && nowMillis - push.sentMillis >= config.ownerMillis()) {
                placement.late(push.batch.range());
                push.sentMillis = nowMillis;
                sendElsewhere(export, number << INDEX_BITS | index, push);
            }
        }
    }

    private void onProbe() {
        List<Integer> away = placement.rangesAway();
        for (Integer range : away.subList(0, Math.min(away.size(), PROBES_MAX))) {
            config.region().tell(new WarmUp(range, warm));
        }
    }

    private Behavior<Command> onAnswers(Answers answers) {
        placement.answers(answers.range());
        return this;
    }

    private Behavior<Command> onInboxes(Inboxes changed) {
        inboxes.clear();
        for (ActorRef<ToInbox> inbox : changed.inboxes()) {
            inboxes.put(nodeOf.apply(inbox), inbox);
        }
        placement.ingesters(inboxes.keySet());
        outgoing.keepOnly(inboxes.values());
        return this;
    }
}
