package tempo;

import akka.actor.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.remote.artery.tcp.SSLEngineProvider;
import com.typesafe.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import scala.Option;
import tempo.tls.ServerTls;
import tempo.tls.TlsConfig;

/**
 * Certificates of connections between nodes: both ends show one, vouched for by the cluster's authority and for a name that the nodes
 * share. Made by Akka, for its remoting, by the name of this class.
 */
public final class ClusterTls implements SSLEngineProvider {
    static final String KEY = "tempo.cluster.tls";

    private static final String AKKA_KEY = "akka.remote.artery.ssl.tempo";

    private final ServerTls tls;

    /** Reads what {@link #addTo} wrote. */
    public ClusterTls(ActorSystem system) {
        Config config = system.settings().config().getConfig(AKKA_KEY);
        TlsConfig files = new TlsConfig(
                config.getString("certificate-file"),
                config.getString("key-file"),
                config.getString("ca-file"),
                config.getDuration("reload-interval"));
        try {
            tls = new Certificates(Adapter.toTyped(system)).load(KEY, files).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Switches it on, in the settings of an actor system. */
    static void addTo(Map<String, Object> akka, Settings.NodesTls settings) {
        akka.put("akka.remote.artery.transport", "tls-tcp");
        akka.put("akka.remote.artery.ssl.ssl-engine-provider", ClusterTls.class.getName());
        akka.put(AKKA_KEY + ".certificate-file", settings.certificateFile());
        akka.put(AKKA_KEY + ".key-file", settings.keyFile());
        akka.put(AKKA_KEY + ".ca-file", settings.caFile());
        akka.put(AKKA_KEY + ".reload-interval", settings.reloadInterval().toMillis() + " ms");
    }

    @Override
    public SSLEngine createServerSSLEngine(String hostname, int port) {
        return tls.engine();
    }

    @Override
    public SSLEngine createClientSSLEngine(String hostname, int port) {
        return tls.clientEngine();
    }

    @Override
    public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
        return verify(hostname, session);
    }

    @Override
    public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
        return verify(hostname, session);
    }

    private Option<Throwable> verify(String hostname, SSLSession session) {
        return tls.peerIsOther(session)
                .map(wrong -> Option.<Throwable>apply(new SSLException(hostname + ": " + wrong)))
                .orElse(Option.empty());
    }
}
