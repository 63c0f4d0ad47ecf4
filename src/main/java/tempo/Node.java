package tempo;

import com.typesafe.config.Config;
import java.util.concurrent.CompletableFuture;
import tempo.cli.StartException;
import tempo.quickstart.Endpoints;

/** Holds the place of the node. */
record Node(Endpoints endpoints, CompletableFuture<Void> terminated) {
    static Node start(Settings settings, Config config) throws StartException {
        throw new StartException("node cannot be started yet, settings are good: " + settings.dataDir());
    }

    void stop() {
        terminated.complete(null);
    }
}
