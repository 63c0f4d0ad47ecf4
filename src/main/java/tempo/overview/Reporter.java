package tempo.overview;

import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.Behaviors;
import java.util.function.Supplier;
import tempo.overview.Overview.Ask;
import tempo.overview.Overview.Report;
import tempo.overview.Overview.ToReporter;

/** Tells of its node. */
final class Reporter extends AbstractOnMessageBehavior<ToReporter> {
    private final Supplier<String> json;

    private Reporter(akka.actor.typed.javadsl.ActorContext<ToReporter> context, Supplier<String> json) {
        super(context);
        this.json = json;
    }

    static Behavior<ToReporter> create(Supplier<String> json) {
        return Behaviors.supervise(Behaviors.<ToReporter>setup(context -> new Reporter(context, json)))
                .onFailure(SupervisorStrategy.resume());
    }

    @Override
    public Behavior<ToReporter> onMessage(ToReporter message) {
        if (message instanceof Ask ask) return onAsk(ask);
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<ToReporter> onAsk(Ask ask) {
        ask.replyTo().tell(new Report(json.get()));
        return this;
    }
}
