package tempo.ingester;

import tempo.ingester.Ingester.Push;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;
import tempo.ingester.copies.WalCopies;

/** Answers pushes whose batch is in this node's log and findable. Called by any actor of the node. */
@FunctionalInterface
interface Acknowledgements {
    /** Where the log of this node is enough. */
    Acknowledgements AT_ONCE = (push, position, owner) ->
            push.replyTo().tell(new Pushed(push.pushId(), push.range(), PushOutcome.DURABLE, owner));

    /** Where others are to hold copies. */
    static Acknowledgements afterCopying(WalCopies copies) {
        return (push, position, owner) -> copies.copy(push.tenant(), position, push.batch(), result -> {
            PushOutcome outcome =
                    switch (result) {
                        case COPIED -> PushOutcome.DURABLE;
                        case TOO_FEW_NODES -> PushOutcome.TOO_FEW_NODES;
                        case FAILED -> PushOutcome.FAILED;
                    };
            push.replyTo().tell(new Pushed(push.pushId(), push.range(), outcome, owner));
        });
    }

    /**
     * The batch of a push is in the log, at a position.
     *
     * @param owner as in {@link Pushed}
     */
    void logged(Push push, long position, String owner);
}
