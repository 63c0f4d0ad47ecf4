package tempo.api.status;

import akka.actor.ActorSystem;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Tells Akka Management's {@code /ready} what {@link Readiness} says. Named in the configuration, made by Akka. */
public final class ReadinessCheck implements Supplier<CompletionStage<Boolean>> {
    private final Readiness readiness;

    /** Called by Akka Management. */
    public ReadinessCheck(ActorSystem system) {
        readiness = Readiness.get(system);
    }

    @Override
    public CompletionStage<Boolean> get() {
        return CompletableFuture.completedFuture(readiness.reason().isEmpty());
    }
}
