package tempo;

import akka.actor.ActorSystem;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import tempo.cli.storage.Stores;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.local.LocalObjectStore;

/**
 * Opens stores by the settings of a node, without a node: nothing is tried out there, and nothing written. The threads that S3 needs are
 * shared, and end with the process.
 */
final class SettingsStores implements Stores {
    @Override
    public Opened open(Config config) throws IOException {
        Settings settings = Settings.of(config);
        Settings.Store store = settings.store();
        return switch (store.backend()) {
            case LOCAL -> {
                Path directory = store.local().directoryOr(DataDirectory.blocks(settings.dataDir()));
                yield opened(LocalObjectStore.openExisting(directory), "directory " + directory, settings);
            }
            case GCS ->
                opened(
                        NodeStore.openGcs(store),
                        "bucket gs://" + store.gcs().bucket()
                                + behind(store.gcs().prefix()),
                        settings);
            case S3 ->
                opened(
                        NodeStore.openS3(store, Threads.SYSTEM),
                        "bucket s3://" + store.s3().bucket() + behind(store.s3().prefix()),
                        settings);
        };
    }

    private static Opened opened(ObjectStore store, String name, Settings settings) {
        return new Opened(store, name, settings.retention().toRetention());
    }

    private static String behind(String prefix) {
        return prefix.isEmpty() ? "" : "/" + prefix;
    }

    /** Made when first used. */
    private static final class Threads {
        static final ActorSystem SYSTEM = ActorSystem.create(
                "tempo-cli",
                ConfigFactory.parseMap(Map.of(
                                "akka.actor.provider", "local",
                                "akka.loglevel", "ERROR",
                                "akka.daemonic", "on",
                                "akka.coordinated-shutdown.run-by-jvm-shutdown-hook", "off",
                                "akka.coordinated-shutdown.exit-jvm", "off"))
                        .withFallback(ConfigFactory.load()));
    }
}
