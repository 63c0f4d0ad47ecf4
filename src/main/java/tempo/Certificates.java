package tempo;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.ExecutionContextExecutor;
import tempo.tls.ServerTls;
import tempo.tls.TlsConfig;

/** Reads the certificates of ports, at the start and from then on whenever their files change. */
final class Certificates {
    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);

    private final ActorSystem<?> system;
    private final ExecutionContextExecutor disk;

    Certificates(ActorSystem<?> system) {
        this.system = system;
        this.disk = system.dispatchers().lookup(DispatcherSelector.fromConfig("akka.actor.tempo-disk-dispatcher"));
    }

    /**
     * The certificates of one port; empty if it has none.
     *
     * @param key of its block in the configuration
     * @throws IOException with a sentence for the user, if they cannot be used
     */
    Optional<ServerTls> load(String key, TlsConfig config) throws IOException {
        if (!config.enabled()) {
            return Optional.empty();
        }
        ServerTls tls = read(key, config);
        LOG.info("{}: certificate is valid until {}", key, tls.validUntil());
        Duration interval = config.reloadInterval();
        system.scheduler().scheduleWithFixedDelay(interval, interval, () -> reload(key, tls), disk);
        return Optional.of(tls);
    }

    /** Reads certificates, if there are any, to see whether they can be used. */
    static void check(String key, TlsConfig config) throws IOException {
        if (config.enabled()) {
            read(key, config);
        }
    }

    private static ServerTls read(String key, TlsConfig config) throws IOException {
        try {
            return ServerTls.load(config);
        } catch (IOException e) {
            throw new IOException(key + "." + e.getMessage(), e);
        }
    }

    private static void reload(String key, ServerTls tls) {
        try {
            if (tls.reload()) {
                LOG.info("{}: new certificate is in use, valid until {}", key, tls.validUntil());
            }
        } catch (IOException e) {
            LOG.warn("{}: new files are not used: {}.{}", key, key, e.getMessage());
        }
    }
}
