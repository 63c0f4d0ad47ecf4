package tempo.query;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.Http;
import akka.http.javadsl.OutgoingConnectionBuilder;
import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.Trailer;
import akka.http.javadsl.model.headers.RawHeader;
import akka.stream.StreamTcpException;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import akka.util.ByteStringBuilder;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Calls methods of gRPC at one of several nodes: each call at the next one, and at the one after it if that cannot be reached or is
 * unavailable. A call has a connection of its own. Thread-safe; nothing blocks.
 */
final class GrpcClient {
    private static final ContentType GRPC =
            MediaTypes.applicationBinary("grpc", false).toContentType();
    private static final int UNAVAILABLE = 14;
    private static final int UNKNOWN = 2;
    private static final int PREFIX_BYTES = 5;
    private static final String STATUS = "grpc-status";
    private static final String MESSAGE = "grpc-message";
    private static final String PARTIAL = "tempo-partial";
    private static final int PORT_DEFAULT = 17271;

    private final ActorSystem<?> system;
    private final List<URI> nodes;
    private final NodeCredentials credentials;
    private final Duration timeout;
    private final long bytesMax;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicLong bytesHeld = new AtomicLong();

    /**
     * A client of some nodes.
     *
     * @param nodes {@code http://host:port}, or https, at least one
     * @param credentials as they are when a call begins
     * @param bytesMax larger answers are failures, and so is what would make all answers that are being read more than twice as large
     */
    GrpcClient(ActorSystem<?> system, List<URI> nodes, NodeCredentials credentials, Duration timeout, long bytesMax) {
        this.system = system;
        this.nodes = List.copyOf(nodes);
        this.credentials = credentials;
        this.timeout = timeout;
        this.bytesMax = bytesMax;
    }

    /**
     * An answer.
     *
     * @param status of gRPC; 0 is good
     * @param description what the node says of it
     * @param partial what the node says that the answer may lack; empty if nothing
     */
    record Answer(List<byte[]> messages, int status, String description, String partial) {
        boolean isGood() {
            return status == 0;
        }
    }

    /** Calls {@code /package.Service/Method}; a node that cannot be reached is an answer too. */
    CompletionStage<Answer> call(String method, String tenant, byte[] message) {
        int first = Math.floorMod(next.getAndIncrement(), nodes.size());
        return call(method, tenant, message, first, 1);
    }

    private CompletionStage<Answer> call(String method, String tenant, byte[] message, int node, int attempt) {
        URI address = nodes.get(node % nodes.size());
        return call(address, method, tenant, message)
                .exceptionally(failure -> new Answer(List.of(), UNAVAILABLE, sentence(address, failure), ""))
                .thenCompose(answer -> answer.status() == UNAVAILABLE && attempt < nodes.size()
                        ? call(method, tenant, message, node + 1, attempt + 1)
                        : CompletableFuture.completedFuture(answer));
    }

    private static String sentence(URI address, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return "node " + address
                + (cause instanceof StreamTcpException
                        ? " cannot be reached"
                        : " did not answer: " + cause.getMessage());
    }

    private CompletionStage<Answer> call(URI address, String method, String tenant, byte[] message) {
        ByteString frame = new ByteStringBuilder()
                .putByte((byte) 0)
                .putInt(message.length, ByteOrder.BIG_ENDIAN)
                .putBytes(message)
                .result();
        HttpRequest request = HttpRequest.POST(method)
                .addHeader(RawHeader.create("te", "trailers"))
                .addHeader(RawHeader.create("x-scope-orgid", tenant))
                .withEntity(HttpEntities.create(GRPC, frame));
        for (Map.Entry<String, String> header : credentials.headers().entrySet()) {
            request = request.addHeader(RawHeader.create(header.getKey(), header.getValue()));
        }
        // The connection stays open for as long as its answer is read, and is closed then.
        CompletableFuture<Optional<HttpRequest>> last = new CompletableFuture<>();
        return Source.single(request)
                .concat(Source.completionStage(last).mapConcat(none -> List.of()))
                .via(connection(address))
                .mapAsync(1, response -> read(response)
                        .whenComplete((answer, failure) -> last.complete(Optional.empty())))
                .completionTimeout(timeout)
                .runWith(Sink.last(), system);
    }

    private Flow<HttpRequest, HttpResponse, ?> connection(URI address) {
        OutgoingConnectionBuilder builder = Http.get(system)
                .connectionTo(address.getHost())
                .toPort(address.getPort() < 0 ? PORT_DEFAULT : address.getPort());
        return address.getScheme().equals("https")
                ? builder.withCustomHttpsConnectionContext(ConnectionContext.httpsClient(credentials.tls()))
                        .http2()
                : builder.http2WithPriorKnowledge();
    }

    /** What is known of an answer while it is read. */
    private static final class Reading {
        private final Map<String, String> fields = new HashMap<>();
        private ByteString bytes = ByteString.emptyByteString();
        private long held;

        /** What there is to see of a trailer is in the class for Scala only. */
        void add(Trailer trailer) {
            if (trailer instanceof akka.http.scaladsl.model.Trailer known) {
                CollectionConverters.asJava(known.headers())
                        .forEach(each -> fields.put(each._1().toLowerCase(Locale.ROOT), each._2()));
            }
        }

        void add(Iterable<? extends HttpHeader> more) {
            more.forEach(header -> fields.put(header.lowercaseName(), header.value()));
        }
    }

    private CompletionStage<Answer> read(HttpResponse response) {
        Reading reading = new Reading();
        reading.add(response.getHeaders());
        response.getAttribute(AttributeKeys.trailer).ifPresent(reading::add);
        CompletionStage<Reading> read = response.entity() instanceof HttpEntity.Chunked chunked
                ? chunked.getChunks().runFold(reading, this::add, system)
                : response.entity().getDataBytes().runFold(reading, this::add, system);
        return read.thenApply(all -> answer(response, all))
                .whenComplete((answer, failure) -> bytesHeld.addAndGet(-reading.held));
    }

    private Reading add(Reading reading, HttpEntity.ChunkStreamPart part) {
        reading.add(part.getTrailerHeaders());
        return add(reading, part.data());
    }

    private Reading add(Reading reading, ByteString bytes) {
        reading.held += bytes.size();
        long all = bytesHeld.addAndGet(bytes.size());
        if (reading.held > bytesMax) {
            throw new IllegalStateException("its answer has more than " + bytesMax + " bytes");
        }
        if (all > 2 * bytesMax) {
            throw new IllegalStateException("more than " + 2 * bytesMax + " bytes of answers would be read at once");
        }
        reading.bytes = reading.bytes.concat(bytes);
        return reading;
    }

    private static Answer answer(HttpResponse response, Reading reading) {
        String status = reading.fields.get(STATUS);
        String description =
                URLDecoder.decode(reading.fields.getOrDefault(MESSAGE, "").replace("+", "%2B"), StandardCharsets.UTF_8);
        if (status == null) {
            return new Answer(
                    List.of(), UNKNOWN, "answered " + response.status().intValue() + " and no " + STATUS, "");
        }
        return new Answer(
                messages(reading.bytes),
                Integer.parseInt(status),
                description,
                reading.fields.getOrDefault(PARTIAL, ""));
    }

    private static List<byte[]> messages(ByteString bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes.toArray());
        List<byte[]> messages = new ArrayList<>();
        while (buffer.remaining() >= PREFIX_BYTES) {
            int compressed = buffer.get();
            int length = buffer.getInt();
            if (compressed != 0 || length < 0 || length > buffer.remaining()) {
                throw new IllegalStateException("answer is no messages of gRPC");
            }
            byte[] message = new byte[length];
            buffer.get(message);
            messages.add(message);
        }
        return messages;
    }
}
