package tempo.receiver.grpc;

import akka.Done;
import akka.NotUsed;
import akka.http.javadsl.model.HttpEntity;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.japi.Pair;
import akka.japi.function.Function;
import akka.stream.KillSwitches;
import akka.stream.OverflowStrategy;
import akka.stream.QueueOfferResult;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.SourceQueueWithComplete;
import akka.util.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import tempo.receiver.Decoder;
import tempo.receiver.Outcome;
import tempo.receiver.RequestBody;
import tempo.receiver.SpanIntake;
import tempo.span.Refusal;
import tempo.tenant.Tenancy;

/**
 * A gRPC method whose request is a stream of messages with spans. Each is answered with an empty message once it is durable, in order. One
 * that the node cannot take now is tried again for a while, during which the sender is held up; if that does not help, or a message is
 * wrong, the stream ends with the reason. Thread-safe.
 */
public final class StreamMethod implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int ATTEMPTS_MAX = 20;
    /** How long the rest of a stream that was refused is read. */
    private static final Duration REST = Duration.ofSeconds(5);

    private static final byte[] EMPTY = {};
    private static final Outcome STOPPING =
            new Outcome(Outcome.Kind.RETRY, Refusal.UNAVAILABLE, "node is stopping", 0, 0);

    private final transient SpanIntake intake;
    private final String path;
    private final transient Supplier<Decoder> decoders;
    private final transient LongSupplier nanos;
    private final transient Set<OpenStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    /**
     * A stream that is not answered to its end.
     *
     * @param stop to be completed once no more is wanted: it comes behind what has arrived
     * @param answered completes when the sender has the last of the answer
     */
    private record OpenStream(CompletableFuture<MessageFrames.Frame> stop, CompletableFuture<Done> answered) {}

    /**
     * A method.
     *
     * @param path {@code /package.Service/Method}
     * @param decoders makes one for each stream, which is asked for message after message
     * @param nanos a clock that only goes forward
     */
    public StreamMethod(SpanIntake intake, String path, Supplier<Decoder> decoders, LongSupplier nanos) {
        this.nanos = nanos;
        this.intake = intake;
        this.path = path;
        this.decoders = decoders;
    }

    /** Ends all streams, once what they have sent is answered: their senders go elsewhere. The stage completes when they have their answers. */
    public CompletionStage<?> stop() {
        stopping = true;
        List<CompletableFuture<?>> answered = new ArrayList<>();
        for (OpenStream stream : streams) {
            stream.stop().complete(stopFrame());
            answered.add(stream.answered());
        }
        return CompletableFuture.allOf(answered.toArray(new CompletableFuture<?>[0]));
    }

    private MessageFrames.Frame stopFrame() {
        return new MessageFrames.Frame(EMPTY, intake.lease(), STOPPING);
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        Optional<HttpResponse> refusal = Grpc.refusal(request, path);
        if (refusal.isPresent()) {
            return intake.refuse(request, refusal.get());
        }
        Source<akka.http.scaladsl.model.HttpEntity.ChunkStreamPart, NotUsed> answers =
                answers(request).map(part -> (akka.http.scaladsl.model.HttpEntity.ChunkStreamPart) part);
        return CompletableFuture.completedFuture(Grpc.base()
                .withEntity(new akka.http.scaladsl.model.HttpEntity.Chunked(
                        (akka.http.scaladsl.model.ContentType) Grpc.PROTO, widened(answers))));
    }

    /**
     * The request is read by itself, so that it can be read on when the answer has ended: a sender that is busy sending would not see why
     * its stream ended, but only that it was broken.
     */
    private Source<HttpEntity.ChunkStreamPart, NotUsed> answers(HttpRequest request) {
        Pair<SourceQueueWithComplete<HttpEntity.ChunkStreamPart>, Source<HttpEntity.ChunkStreamPart, NotUsed>> answers =
                Source.<HttpEntity.ChunkStreamPart>queue(1, OverflowStrategy.backpressure())
                        .preMaterialize(intake.materializer());
        SourceQueueWithComplete<HttpEntity.ChunkStreamPart> queue = answers.first();
        String org = request.getHeader(Tenancy.HEADER).map(HttpHeader::value).orElse("");
        String encoding = Grpc.encoding(request);
        Decoder decoder = decoders.get();
        Decoder ofFrame =
                (body, config, lease) -> decoder.decode(Grpc.message(body, encoding, config, lease), config, lease);
        MessageFrames frames = new MessageFrames(intake, nanos);
        CompletableFuture<MessageFrames.Frame> stop = new CompletableFuture<>();
        UniqueKillSwitch reading = request.entity()
                .withoutSizeLimit()
                .getDataBytes()
                .viaMat(KillSwitches.single(), Keep.right())
                .keepAlive(intake.config().bodyTimeout(), ByteString::emptyByteString)
                .mapConcat(frames::add)
                // It never ends by itself: what ends the stream is its sender, or a failure.
                .merge(Source.completionStage(stop).concat(Source.never()), true)
                .mapAsync(
                        1,
                        frame -> frame.failure() == null
                                ? take(org, frame, once(ofFrame), 1)
                                        .whenComplete((outcome, impossible) -> frames.answered(frame))
                                : CompletableFuture.completedFuture(frame.failure()))
                .mapAsync(1, outcome -> answer(outcome, frames, queue))
                .watchTermination((killSwitch, ended) -> {
                    ended.whenComplete((done, failure) -> {
                        frames.end();
                        queue.offer(last(RpcStatus.OK));
                        queue.complete();
                    });
                    return killSwitch;
                })
                .to(Sink.ignore())
                .run(intake.materializer());
        CompletableFuture<Done> answered = queue.watchCompletion()
                .exceptionally(gone -> Done.getInstance())
                .toCompletableFuture();
        OpenStream stream = new OpenStream(stop, answered);
        streams.add(stream);
        if (stopping) {
            stop.complete(stopFrame());
        }
        answered.whenComplete((done, impossible) -> {
            streams.remove(stream);
            CompletableFuture.delayedExecutor(REST.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(reading::shutdown);
        });
        return answers.second();
    }

    /** After a failure nothing more of the stream is wanted. */
    private static CompletionStage<?> answer(
            Outcome outcome, MessageFrames frames, SourceQueueWithComplete<HttpEntity.ChunkStreamPart> queue) {
        RpcStatus status = RpcStatus.of(outcome);
        if (status.isOk()) {
            return queue.offer(HttpEntity.ChunkStreamPart.create(ByteString.fromArrayUnsafe(Grpc.frame(EMPTY))));
        }
        frames.ignoreTheRest();
        CompletionStage<QueueOfferResult> offered = queue.offer(last(status));
        queue.complete();
        return offered;
    }

    /** The sender knows of no other way to send it again. */
    private CompletionStage<Outcome> take(String org, MessageFrames.Frame frame, Decoder decoder, int attempt) {
        return intake.take(org, frame.bytes(), decoder, frame.lease()).thenCompose(outcome -> {
            if (outcome.kind() != Outcome.Kind.RETRY || attempt == ATTEMPTS_MAX || stopping) {
                return CompletableFuture.completedFuture(outcome);
            }
            return CompletableFuture.supplyAsync(
                            () -> attempt + 1,
                            CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS))
                    .thenCompose(next -> take(org, frame, decoder, next));
        });
    }

    /** A message is decoded once, however often it is tried: the decoder goes on to the next. */
    private static Decoder once(Decoder decoder) {
        AtomicReference<RequestBody.Collected> decoded = new AtomicReference<>();
        return (body, config, lease) -> {
            RequestBody.Collected known = decoded.get();
            if (known == null) {
                known = decoder.decode(body, config, lease);
                decoded.set(known);
            }
            return known;
        };
    }

    private static HttpEntity.ChunkStreamPart last(RpcStatus status) {
        return HttpEntity.ChunkStreamPart.createLast("", Grpc.trailers(status));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // The materialized value is of no interest.
    private static akka.stream.scaladsl.Source<akka.http.scaladsl.model.HttpEntity.ChunkStreamPart, Object> widened(
            Source<akka.http.scaladsl.model.HttpEntity.ChunkStreamPart, NotUsed> source) {
        return (akka.stream.scaladsl.Source) source.asScala();
    }
}
