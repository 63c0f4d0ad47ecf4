package tempo.ingester;

import tempo.ingester.Ingester.Push;
import tempo.ingester.Ingester.PushOutcome;
import tempo.ingester.Ingester.Pushed;

/** Answers pushes whose batch is in this node's log and findable. Called by any actor of the node. */
@FunctionalInterface
interface Acknowledgements {
    /** Where the log of this node is enough. */
    Acknowledgements AT_ONCE = (push, position, owner) ->
            push.replyTo().tell(new Pushed(push.pushId(), push.range(), PushOutcome.DURABLE, owner));

    /**
     * The batch of a push is in the log, at a position.
     *
     * @param owner as in {@link Pushed}
     */
    void logged(Push push, long position, String owner);
}
