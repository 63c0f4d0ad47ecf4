package tempo.ingester;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import tempo.ingester.Ingester.Push;
import tempo.ingester.Ingester.PushMany;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.PushedMany;
import tempo.ingester.Ingester.ToHead;
import tempo.ingester.Ingester.ToInbox;
import tempo.ingester.Ingester.ToRange;

/**
 * Where an ingester takes pushes of other nodes, many in one message: hands each to the node's shard region, or, where the owner of
 * its range does not answer, logs it and puts it straight into the head block. Answers are gathered on their way back.
 */
final class Inbox extends AbstractOnMessageBehavior<ToInbox> {
    /** Messages of this node; they never travel. */
    sealed interface Internal extends ToInbox permits Leave, SenderGone, KeepEnded {}

    /**
     * The node leaves: from here on nothing goes into its head block but what is handed over.
     *
     * @param nothingOnItsWay completed once what was let in before is there
     */
    record Leave(CompletableFuture<Done> nothingOnItsWay) implements Internal {}

    /** What was to be kept is with the head block, or was refused. */
    enum KeepEnded implements Internal {
        INSTANCE
    }

    /** A node that sent pushes is gone. */
    record SenderGone(ActorRef<PushedMany> sender) implements Internal {}

    private final ActorContext<ToInbox> context;
    private final ActorRef<ToRange> region;
    private final ActorRef<ToHead> head;
    private final IngesterResources resources;
    private final Map<ActorRef<PushedMany>, ActorRef<Pushed>> gatherers = new HashMap<>();
    private final Set<CompletableFuture<Done>> leaving = new HashSet<>();
    private int keepsPending;

    private Inbox(
            ActorContext<ToInbox> context,
            ActorRef<ToRange> region,
            ActorRef<ToHead> head,
            IngesterResources resources) {
        super(context);
        this.context = context;
        this.region = region;
        this.head = head;
        this.resources = resources;
    }

    static Behavior<ToInbox> create(ActorRef<ToRange> region, ActorRef<ToHead> head, IngesterResources resources) {
        return Behaviors.supervise(Behaviors.<ToInbox>setup(context -> new Inbox(context, region, head, resources)))
                .onFailure(SupervisorStrategy.restart());
    }

    @Override
    public Behavior<ToInbox> onMessage(ToInbox message) {
        if (message instanceof PushMany many) return onPushMany(many);
        if (message instanceof Leave leave) return onLeave(leave);
        if (message instanceof SenderGone gone) return onSenderGone(gone);
        if (message instanceof KeepEnded) return onKeepEnded();
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<ToInbox> onPushMany(PushMany many) {
        ActorRef<Pushed> replyTo = gatherer(many.replyTo());
        for (PushMany.Entry entry : many.entries()) {
            Push push = new Push(entry.tenant(), entry.range(), entry.pushId(), entry.batch(), replyTo);
            if (entry.toHead()) {
                keep(push);
            } else {
                region.tell(push);
            }
        }
        return this;
    }

    private void keep(Push push) {
        if (!leaving.isEmpty()) {
            refuse(push, PushOutcome.FAILED);
            return;
        }
        if (resources.budget().exhausted()) {
            refuse(push, PushOutcome.FULL);
            return;
        }
        ActorRef<ToInbox> self = context.getSelf();
        keepsPending++;
        resources
                .wal()
                .append(new PushAppend(
                        push.tenant(),
                        push.batch(),
                        position -> {
                            Runnable kept = () -> resources.acknowledgements().logged(push, position, "");
                            head.tell(new HeadBlock.Keep(push.tenant(), push.batch(), position, kept));
                            self.tell(KeepEnded.INSTANCE);
                        },
                        reason -> {
                            refuse(push, TraceRange.outcomeOf(reason));
                            self.tell(KeepEnded.INSTANCE);
                        }));
    }

    private static void refuse(Push push, PushOutcome outcome) {
        push.replyTo().tell(new Pushed(push.pushId(), push.range(), outcome, ""));
    }

    private ActorRef<Pushed> gatherer(ActorRef<PushedMany> sender) {
        return gatherers.computeIfAbsent(sender, replyTo -> {
            context.watchWith(replyTo, new SenderGone(replyTo));
            return context.spawnAnonymous(GatheredReplies.create(replyTo)).narrow();
        });
    }

    private Behavior<ToInbox> onLeave(Leave leave) {
        leaving.add(leave.nothingOnItsWay());
        tellIfNothingIsOnItsWay();
        return this;
    }

    private Behavior<ToInbox> onKeepEnded() {
        keepsPending--;
        tellIfNothingIsOnItsWay();
        return this;
    }

    private void tellIfNothingIsOnItsWay() {
        if (keepsPending == 0) {
            leaving.forEach(waiting -> waiting.complete(Done.getInstance()));
        }
    }

    private Behavior<ToInbox> onSenderGone(SenderGone gone) {
        ActorRef<Pushed> gathered = gatherers.remove(gone.sender());
        if (gathered != null) {
            context.stop(gathered);
        }
        return this;
    }
}
