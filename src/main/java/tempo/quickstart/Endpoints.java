package tempo.quickstart;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Where a running node can be reached, as bound.
 *
 * @param otlpGrpc base for OTLP over gRPC; empty if that receiver is off
 * @param otlpHttp base for OTLP over HTTP, without {@code /v1/traces}; empty if that receiver is off
 * @param others the other receivers that are on, and other ports for queries
 * @param api base of the query API
 * @param management base of Akka Management
 */
public record Endpoints(Optional<URI> otlpGrpc, Optional<URI> otlpHttp, List<Other> others, URI api, URI management) {
    public Endpoints {
        others = List.copyOf(others);
    }

    /**
     * A port for another protocol.
     *
     * @param name of the protocol
     * @param purpose what may be sent to it, or asked there, in a few words
     */
    public record Other(String name, URI uri, String purpose) {}

    /** An address that this machine can connect to: a wildcard host is replaced by loopback. */
    public static URI http(String host, int port) {
        return uri("http", host, port);
    }

    /** The same with TLS. */
    public static URI https(String host, int port) {
        return uri("https", host, port);
    }

    /** The same for packets. */
    public static URI udp(String host, int port) {
        return uri("udp", host, port);
    }

    private static URI uri(String scheme, String host, int port) {
        String reachable = host.equals("0.0.0.0") || host.equals("::") || host.isEmpty() ? "127.0.0.1" : host;
        String literal = reachable.contains(":") ? "[" + reachable + "]" : reachable;
        return URI.create(scheme + "://" + literal + ":" + port);
    }

    /** For a log line. */
    public String inOneLine() {
        StringBuilder line =
                new StringBuilder("OTLP gRPC " + shown(otlpGrpc) + ", OTLP HTTP " + shown(otlpHttp) + ", ");
        others.forEach(
                each -> line.append(each.name()).append(' ').append(each.uri()).append(", "));
        return line + "API " + api + ", management " + management;
    }

    private static String shown(Optional<URI> receiver) {
        return receiver.map(URI::toString).orElse("off");
    }
}
