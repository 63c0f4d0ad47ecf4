package tempo;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Extension;
import akka.actor.typed.ExtensionId;
import akka.actor.typed.PostStop;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import java.util.concurrent.CountDownLatch;

/** Keeps an actor system from ending, as remoting that waits for its peers does. Switched on by {@code akka.actor.typed.extensions}. */
public final class StuckAtItsEnd extends ExtensionId<StuckAtItsEnd.Actor> {
    private static final StuckAtItsEnd ID = new StuckAtItsEnd();
    private static final CountDownLatch RELEASED = new CountDownLatch(1);

    private StuckAtItsEnd() {}

    /** Called by Akka. */
    public static StuckAtItsEnd getInstance() {
        return ID;
    }

    static void release() {
        RELEASED.countDown();
    }

    /** What makes the extension an extension. */
    public static final class Actor implements Extension {}

    @Override
    public Actor createExtension(ActorSystem<?> system) {
        Behavior<Void> stuck = Behaviors.receive(Void.class)
                .onSignal(PostStop.class, stopped -> {
                    RELEASED.await();
                    return Behaviors.same();
                })
                .build();
        system.systemActorOf(stuck, "stuck", Props.empty());
        return new Actor();
    }
}
