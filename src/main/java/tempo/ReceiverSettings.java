package tempo;

import java.time.Duration;
import tempo.receiver.otlp.CorsConfig;
import tempo.tls.TlsConfig;

/**
 * What receives spans.
 *
 * @param inFlightBytesMax most bytes of requests that wait for their answer, of all receivers together
 * @param replyDeadline a request that is not durable by then is answered so that it is sent again
 */
public record ReceiverSettings(
        Otlp otlp, OnePort zipkin, Jaeger jaeger, OnePort opencensus, long inFlightBytesMax, Duration replyDeadline) {
    public ReceiverSettings {
        long largest = 0;
        largest = Math.max(largest, otlp.enabled() ? otlp.inflatedBytesMax() : 0);
        largest = Math.max(largest, zipkin.enabled() ? zipkin.inflatedBytesMax() : 0);
        largest = Math.max(largest, jaeger.enabled() ? jaeger.inflatedBytesMax() : 0);
        largest = Math.max(largest, opencensus.enabled() ? opencensus.inflatedBytesMax() : 0);
        if (inFlightBytesMax < largest) {
            throw new IllegalArgumentException(
                    "in-flight-bytes-max must be at least the inflated-bytes-max of each receiver that is on, of which the largest is "
                            + largest);
        }
        requirePositive("reply-deadline", replyDeadline.toNanos());
    }

    /**
     * A receiver with one port.
     *
     * @param requestBytesMax largest request, or message of a stream, on the wire
     * @param inflatedBytesMax largest one after decompression, and after translation
     * @param bodyTimeout a sender that takes longer over one is told to try again
     */
    public record OnePort(
            boolean enabled,
            String host,
            int port,
            int connectionsMax,
            TlsConfig tls,
            long requestBytesMax,
            long inflatedBytesMax,
            Duration bodyTimeout) {
        public OnePort {
            Settings.requirePort(port);
            requirePositive("connections-max", connectionsMax);
            requirePositive("request-bytes-max", requestBytesMax);
            requirePositive("inflated-bytes-max", inflatedBytesMax);
            requirePositive("body-timeout", bodyTimeout.toNanos());
        }

        Port listener() {
            return new Port(enabled, host, port, connectionsMax, tls);
        }
    }

    /**
     * What Jaeger's collector and agent take.
     *
     * @param compact the agent's port of UDP for Thrift's compact protocol
     * @param binary the agent's port of UDP for Thrift's binary protocol
     * @param requestBytesMax largest request on the wire
     * @param inflatedBytesMax largest request after decompression
     * @param bodyTimeout a sender that takes longer over a request is told to try again
     */
    public record Jaeger(
            Port grpc,
            Port http,
            PacketPort compact,
            PacketPort binary,
            Agent agent,
            long requestBytesMax,
            long inflatedBytesMax,
            Duration bodyTimeout) {
        public Jaeger {
            requirePositive("request-bytes-max", requestBytesMax);
            requirePositive("inflated-bytes-max", inflatedBytesMax);
            requirePositive("body-timeout", bodyTimeout.toNanos());
        }

        boolean enabled() {
            return grpc.enabled() || http.enabled() || compact.enabled() || binary.enabled();
        }
    }

    /**
     * Packets to Jaeger's agent.
     *
     * @param tenant whose spans they are, where there is more than one tenant; empty for none
     * @param bufferBytes what the kernel keeps of them until they are read, of each port
     */
    public record Agent(String tenant, int bufferBytes) {
        public Agent {
            requirePositive("buffer-bytes", bufferBytes);
        }
    }

    /**
     * OTLP over gRPC and HTTP.
     *
     * @param cors which pages of browsers may send over HTTP
     * @param requestBytesMax largest request on the wire
     * @param inflatedBytesMax largest request after decompression
     * @param bodyTimeout a sender that takes longer over a request is told to try again
     */
    public record Otlp(
            Port grpc, Port http, CorsConfig cors, long requestBytesMax, long inflatedBytesMax, Duration bodyTimeout) {
        public Otlp {
            requirePositive("request-bytes-max", requestBytesMax);
            requirePositive("inflated-bytes-max", inflatedBytesMax);
            requirePositive("body-timeout", bodyTimeout.toNanos());
        }

        boolean enabled() {
            return grpc.enabled() || http.enabled();
        }
    }

    /**
     * Where connections are taken, or not.
     *
     * @param port 0 to 65535; 0 takes any free one
     * @param connectionsMax most connections at a time
     */
    public record Port(boolean enabled, String host, int port, int connectionsMax, TlsConfig tls) {
        public Port {
            Settings.requirePort(port);
            requirePositive("connections-max", connectionsMax);
        }
    }

    /**
     * Where packets of UDP are taken, or not.
     *
     * @param port 0 to 65535; 0 takes any free one
     */
    public record PacketPort(boolean enabled, String host, int port) {
        public PacketPort {
            Settings.requirePort(port);
        }
    }

    private static void requirePositive(String key, long value) {
        Settings.requirePositive(key, value);
    }
}
