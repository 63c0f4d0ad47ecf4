package tempo.ingester;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.util.ArrayList;
import java.util.List;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.Ingester.PushedMany;

/**
 * Gathers answers to one sender on another node: the log makes many pushes durable at once, and a message between nodes costs
 * about the same whatever it holds. What is in the mailbox already goes along; nothing waits for more.
 */
final class GatheredReplies extends AbstractOnMessageBehavior<GatheredReplies.Command> {
    private static final int REPLIES_MAX = 4_096;

    /** What this actor receives: replies, and from itself that it has seen what was in its mailbox. */
    sealed interface Command permits Pushed, Flush {}

    /** The replies at hand are to be sent. */
    enum Flush implements Command {
        INSTANCE
    }

    private final ActorContext<Command> context;
    private final ActorRef<PushedMany> sender;
    private List<Pushed> replies = new ArrayList<>();

    private GatheredReplies(ActorContext<Command> context, ActorRef<PushedMany> sender) {
        super(context);
        this.context = context;
        this.sender = sender;
    }

    static Behavior<Command> create(ActorRef<PushedMany> sender) {
        return Behaviors.setup(context -> new GatheredReplies(context, sender));
    }

    @Override
    public Behavior<Command> onMessage(Command message) {
        if (message instanceof Pushed reply) return onPushed(reply);
        if (message instanceof Flush) return flush();
        throw new AssertionError("no branch for " + message);
    }

    private Behavior<Command> onPushed(Pushed reply) {
        if (replies.isEmpty()) {
            context.getSelf().tell(Flush.INSTANCE);
        }
        replies.add(reply);
        return replies.size() == REPLIES_MAX ? flush() : this;
    }

    private Behavior<Command> flush() {
        if (!replies.isEmpty()) {
            sender.tell(new PushedMany(List.copyOf(replies)));
            replies = new ArrayList<>();
        }
        return this;
    }
}
