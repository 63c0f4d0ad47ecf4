package tempo.cli.storage;

import com.typesafe.config.Config;
import java.io.IOException;
import tempo.tempodb.Retention;
import tempo.tempodb.backend.ObjectStore;

/** Opens the object stores that settings name. {@code Main} hands in the kinds of stores there are, so that this package knows none of them. */
public interface Stores {
    /**
     * A store.
     *
     * @param store closed by who opened it
     * @param name for people: kind and place
     * @param retention how long the settings say that traces are kept
     */
    record Opened(ObjectStore store, String name, Retention retention) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            store.close();
        }
    }

    /**
     * Opens the store of {@code tempo.store}, and writes nothing there.
     *
     * @param config resolved, all of it
     * @throws tempo.config.InvalidConfigException naming every setting that is wrong
     * @throws IOException if the store cannot be reached, or lets nobody in with these credentials
     */
    Opened open(Config config) throws IOException;
}
