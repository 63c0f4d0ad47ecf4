package tempo.compactor;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.compactor.Compactor.AtWork;
import tempo.compactor.Compactor.Failed;
import tempo.compactor.Compactor.Finished;
import tempo.compactor.Compactor.Order;
import tempo.compactor.Compactor.Stop;
import tempo.compactor.Compactor.Tick;
import tempo.compactor.Compactor.ToCoordinator;
import tempo.compactor.Compactor.TurnDone;

/** The cluster's one coordinator of compaction: gathers what workers say, and has one turn of {@link Coordination} done at a time. */
final class JobCoordinator extends AbstractOnMessageBehavior<ToCoordinator> {
    private static final Logger LOG = LoggerFactory.getLogger(JobCoordinator.class);

    private static final Duration TICK = Duration.ofSeconds(1);

    private static final int NEWS_MAX = 10_000;

    private final ActorContext<ToCoordinator> context;
    private final Coordination coordination;
    private final Executor blocking;
    private List<ToCoordinator> news = new ArrayList<>();
    private boolean inTurn;

    private JobCoordinator(
            ActorContext<ToCoordinator> context,
            TimerScheduler<ToCoordinator> timers,
            Coordination coordination,
            Executor blocking) {
        super(context);
        this.context = context;
        this.coordination = coordination;
        this.blocking = blocking;
        timers.startTimerWithFixedDelay(Tick.INSTANCE, TICK);
    }

    static Behavior<ToCoordinator> create(Supplier<Coordination> coordination, Executor blocking) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new JobCoordinator(context, timers, coordination.get(), blocking)));
    }

    @Override
    public Behavior<ToCoordinator> onMessage(ToCoordinator message) {
        if (message instanceof AtWork || message instanceof Finished || message instanceof Failed) {
            return onNews(message);
        }
        if (message instanceof Tick) return onTick();
        if (message instanceof TurnDone done) return onTurnDone(done);
        // A turn that is under way ends by itself: whatever it does is safe beside another coordinator.
        if (message instanceof Stop) return Behaviors.stopped();
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<ToCoordinator> onNews(ToCoordinator message) {
        if (news.size() < NEWS_MAX) {
            // What does not fit is repeated by its worker, or the job is taken back.
            news.add(message);
        }
        return onTick();
    }

    private Behavior<ToCoordinator> onTick() {
        if (!inTurn) {
            takeTurn();
        }
        return this;
    }

    private Behavior<ToCoordinator> onTurnDone(TurnDone done) {
        inTurn = false;
        for (Order order : done.orders()) {
            order.worker().tell(order.message());
        }
        return this;
    }

    private void takeTurn() {
        inTurn = true;
        List<ToCoordinator> told = news;
        news = new ArrayList<>();
        context.pipeToSelf(
                CompletableFuture.supplyAsync(() -> coordination.turn(told), blocking), (orders, failure) -> {
                    if (failure != null) {
                        LOG.error("compaction: a turn of the coordinator failed", failure);
                        return new TurnDone(List.of());
                    }
                    return new TurnDone(orders);
                });
    }
}
