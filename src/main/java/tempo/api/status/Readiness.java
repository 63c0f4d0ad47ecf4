package tempo.api.status;

import akka.actor.AbstractExtensionId;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import akka.actor.typed.ActorSystem;

/** Whether this node takes spans and answers queries, and if not, why. One per actor system. Thread-safe. */
public final class Readiness implements Extension {
    private static final Id ID = new Id();

    private volatile String reason = "starting";

    private Readiness() {}

    /** The readiness of a node. */
    public static Readiness get(ActorSystem<?> system) {
        return ID.get(system.classicSystem());
    }

    static Readiness get(akka.actor.ActorSystem system) {
        return ID.get(system);
    }

    /** From now on the node is ready. */
    public void ready() {
        reason = "";
    }

    /** From now on the node is not ready, because of {@code why}. */
    public void notReady(String why) {
        reason = why;
    }

    /** Empty if the node is ready, else why it is not. */
    public String reason() {
        return reason;
    }

    private static final class Id extends AbstractExtensionId<Readiness> {
        @Override
        public Readiness createExtension(ExtendedActorSystem system) {
            return new Readiness();
        }
    }
}
