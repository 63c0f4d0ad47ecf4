package tempo.receiver;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.EntityStreamException;
import akka.http.scaladsl.model.http2.PeerClosedStreamException;
import akka.stream.Materializer;
import akka.stream.StreamTcpException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.distributor.Distributor;
import tempo.distributor.ExportResult;
import tempo.span.Refusal;
import tempo.telemetry.Metrics;
import tempo.tenant.Tenancy;

/** What all receivers have in common: tenant, bounded body, distributor, and an answer whatever happens. Thread-safe. */
public final class SpanIntake {
    private static final Logger LOG = LoggerFactory.getLogger(SpanIntake.class);

    private final Distributor distributor;
    private final InFlightBytes inFlight;
    private final IntakeConfig config;
    private final Tenancy tenancy;
    private final Materializer materializer;
    private final Metrics metrics;

    /** An intake for one receiver. */
    public SpanIntake(
            Distributor distributor,
            InFlightBytes inFlight,
            IntakeConfig config,
            Materializer materializer,
            Metrics metrics) {
        this.distributor = distributor;
        this.inFlight = inFlight;
        this.config = config;
        this.tenancy = config.tenancy();
        this.materializer = materializer;
        this.metrics = metrics;
    }

    /** Bounds of the receiver. */
    public IntakeConfig config() {
        return config;
    }

    /** What runs streams of requests. */
    public Materializer materializer() {
        return materializer;
    }

    /** For bytes that wait until they are a whole request. */
    public InFlightBytes.Lease lease() {
        return inFlight.lease();
    }

    /** Takes a request; the answer always comes, and never as a failed stage. */
    public CompletionStage<Outcome> export(HttpRequest request, Decoder decoder) {
        String tenant;
        try {
            tenant = tenancy.tenant(
                    request.getHeader(Tenancy.HEADER).map(HttpHeader::value).orElse(null));
        } catch (Tenancy.NoTenantException refused) {
            discard(request);
            return CompletableFuture.completedFuture(withoutTenant(refused));
        }
        InFlightBytes.Lease lease = inFlight.lease();
        return answer(RequestBody.collect(request.entity(), lease, config, materializer)
                        .thenCompose(body -> send(tenant, body, decoder, lease)))
                .whenComplete((outcome, impossible) -> lease.release());
    }

    /**
     * Takes a packet, whose sender waits for no answer.
     *
     * @param org the value of the tenant's header; empty for none
     */
    public CompletionStage<Outcome> take(String org, byte[] packet, Decoder decoder) {
        InFlightBytes.Lease lease = inFlight.lease();
        Decoder held = (body, bounds, room) -> {
            room.acquire(packet.length);
            return decoder.decode(body, bounds, room);
        };
        return take(org, packet, held, lease).whenComplete((outcome, impossible) -> lease.release());
    }

    /**
     * Takes a message.
     *
     * @param org the value of the tenant's header; empty for none
     * @param lease holds the message, and is the caller's to release
     */
    public CompletionStage<Outcome> take(String org, byte[] message, Decoder decoder, InFlightBytes.Lease lease) {
        try {
            String tenant = tenancy.tenant(org.isEmpty() ? null : org);
            return answer(send(tenant, new RequestBody.Collected(message, 0, message.length), decoder, lease));
        } catch (Tenancy.NoTenantException refused) {
            return CompletableFuture.completedFuture(withoutTenant(refused));
        }
    }

    private CompletionStage<Outcome> answer(CompletionStage<ExportResult> result) {
        return result.thenApply(this::outcome).exceptionally(this::failed);
    }

    private CompletionStage<ExportResult> send(
            String tenant, RequestBody.Collected body, Decoder decoder, InFlightBytes.Lease lease) {
        try {
            RequestBody.Collected decoded = decoder.decode(body, config, lease);
            return distributor.export(tenant, decoded.array(), decoded.offset(), decoded.length());
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private Outcome withoutTenant(Tenancy.NoTenantException refused) {
        Refusal reason = refused.missing() ? Refusal.UNAUTHENTICATED : Refusal.INVALID_TENANT;
        metrics.requestRefused(config.receiver(), reason.label());
        return Outcome.of(reason, String.valueOf(refused.getMessage()));
    }

    /** Answers a request whose body is not wanted. */
    public CompletionStage<HttpResponse> refuse(HttpRequest request, HttpResponse answer) {
        discard(request);
        return CompletableFuture.completedFuture(answer);
    }

    /** Reads a little of a body that is not wanted, so that its sender comes to read the answer. */
    private void discard(HttpRequest request) {
        RequestBody.discard(request.entity(), config, materializer);
    }

    private Outcome outcome(ExportResult result) {
        Outcome outcome = Outcome.of(result);
        if (outcome.reason() == Refusal.MALFORMED_REQUEST && result.whole()) {
            metrics.requestRefused(config.receiver(), Refusal.MALFORMED_REQUEST.label());
        }
        metrics.receivedBy(config.receiver(), outcome.accepted(), outcome.refused());
        return outcome;
    }

    /** The outcome of a request that failed outside; counted. */
    public Outcome failed(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            metrics.requestRefused(config.receiver(), refused.reason().label());
            return Outcome.of(refused.reason(), refused.sentence());
        }
        if (cause instanceof TimeoutException) {
            metrics.requestRefused(config.receiver(), Refusal.BODY_TIMEOUT.label());
            return Outcome.of(
                    Refusal.BODY_TIMEOUT,
                    "request body did not arrive in " + config.bodyTimeout().toMillis() + " ms ("
                            + config.key("body-timeout") + ")");
        }
        if (cause instanceof StreamTcpException
                || cause instanceof EntityStreamException
                || cause instanceof PeerClosedStreamException) {
            metrics.requestRefused(config.receiver(), Refusal.MALFORMED_REQUEST.label());
            return Outcome.of(Refusal.MALFORMED_REQUEST, "request body did not arrive: " + cause.getMessage());
        }
        LOG.error("export request failed", cause);
        metrics.requestRefused(config.receiver(), "internal");
        return Outcome.internalError();
    }
}
