package tempo;

import com.google.common.net.InetAddresses;
import java.util.ArrayList;
import java.util.List;
import tempo.tls.TlsConfig;

/** Which ports other machines can reach without showing who they are. */
final class Exposure {
    private final List<String> keys = new ArrayList<>();

    private Exposure() {}

    /** Their keys, in full but for the root. */
    static List<String> of(
            ReceiverSettings receiver, Settings.Api api, Settings.Listener management, Settings.Cluster cluster) {
        Exposure exposure = new Exposure();
        exposure.add("receiver.otlp.grpc", receiver.otlp().grpc());
        exposure.add("receiver.otlp.http", receiver.otlp().http());
        exposure.add("receiver.zipkin", receiver.zipkin().listener());
        exposure.add("receiver.jaeger.grpc", receiver.jaeger().grpc());
        exposure.add("receiver.jaeger.http", receiver.jaeger().http());
        exposure.add("receiver.jaeger.compact", receiver.jaeger().compact());
        exposure.add("receiver.jaeger.binary", receiver.jaeger().binary());
        exposure.add("receiver.opencensus", receiver.opencensus().listener());
        exposure.add(
                "api.http", api.http().host(), asksForCertificates(api.http().tls()));
        exposure.add("api.jaeger.grpc", api.jaeger().grpc());
        exposure.add("api.jaeger.http", api.jaeger().http());
        exposure.add("management", management.host(), asksForCertificates(management.tls()));
        exposure.add("cluster", cluster.host(), cluster.tls().enabled());
        return exposure.keys;
    }

    private void add(String key, ReceiverSettings.Port port) {
        if (port.enabled()) {
            add(key, port.host(), asksForCertificates(port.tls()));
        }
    }

    private void add(String key, ReceiverSettings.PacketPort port) {
        if (port.enabled()) {
            add(key, port.host(), false);
        }
    }

    private void add(String key, String host, boolean authenticated) {
        if (!authenticated && !isLoopback(host)) {
            keys.add(key + ".host");
        }
    }

    private static boolean asksForCertificates(TlsConfig tls) {
        return tls.enabled() && !tls.clientCaFile().isEmpty();
    }

    /** Names are not looked up: but for this one, any may be another machine's. */
    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || InetAddresses.isInetAddress(host)
                        && InetAddresses.forString(host).isLoopbackAddress();
    }
}
