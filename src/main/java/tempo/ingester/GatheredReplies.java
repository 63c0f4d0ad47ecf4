package tempo.ingester;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.util.ArrayList;
import java.util.List;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.PushedMany;

/**
 * Gathers answers to one sender on another node: the log makes many pushes durable at once, and a message between nodes costs
 * about the same whatever it holds. What is in the mailbox already goes along; nothing waits for more.
 */
final class GatheredReplies extends AbstractOnMessageBehavior<Pushed> {
    private static final int REPLIES_MAX = 4_096;
    private static final Pushed FLUSH = new Pushed(-1, -1, PushOutcome.FAILED, "");

    private final ActorContext<Pushed> context;
    private final ActorRef<PushedMany> sender;
    private List<Pushed> replies = new ArrayList<>();

    private GatheredReplies(ActorContext<Pushed> context, ActorRef<PushedMany> sender) {
        super(context);
        this.context = context;
        this.sender = sender;
    }

    static Behavior<Pushed> create(ActorRef<PushedMany> sender) {
        return Behaviors.setup(context -> new GatheredReplies(context, sender));
    }

    @Override
    public Behavior<Pushed> onMessage(Pushed reply) {
        if (reply == FLUSH) {
            return flush();
        }
        if (replies.isEmpty()) {
            context.getSelf().tell(FLUSH);
        }
        replies.add(reply);
        return replies.size() == REPLIES_MAX ? flush() : this;
    }

    private Behavior<Pushed> flush() {
        if (!replies.isEmpty()) {
            sender.tell(new PushedMany(List.copyOf(replies)));
            replies = new ArrayList<>();
        }
        return this;
    }
}
