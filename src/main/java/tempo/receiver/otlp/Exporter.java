package tempo.receiver.otlp;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
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
import tempo.span.Refusal;
import tempo.telemetry.Metrics;
import tempo.tenant.Tenancy;

/** What both transports have in common: tenant, bounded body, distributor, and an answer whatever happens. Thread-safe. */
final class Exporter {
    private static final Logger LOG = LoggerFactory.getLogger(Exporter.class);

    private final Distributor distributor;
    private final InFlightBytes inFlight;
    private final OtlpConfig config;
    private final Tenancy tenancy;
    private final Materializer materializer;
    private final Metrics metrics;

    Exporter(
            Distributor distributor,
            InFlightBytes inFlight,
            OtlpConfig config,
            Materializer materializer,
            Metrics metrics) {
        this.distributor = distributor;
        this.inFlight = inFlight;
        this.config = config;
        this.tenancy = config.tenancy();
        this.materializer = materializer;
        this.metrics = metrics;
    }

    /** Makes the bytes of an export request of a collected body. */
    interface Decoder {
        RequestBody.Collected decode(RequestBody.Collected body, OtlpConfig config, InFlightBytes.Lease lease)
                throws RefusedException;
    }

    /** Takes a request; the answer always comes, and never as a failed stage. */
    CompletionStage<OtlpAnswer> export(HttpRequest request, Decoder decoder) {
        String tenant;
        try {
            tenant = tenancy.tenant(
                    request.getHeader(Tenancy.HEADER).map(HttpHeader::value).orElse(null));
        } catch (Tenancy.NoTenantException refused) {
            discard(request);
            Refusal reason = refused.missing() ? Refusal.UNAUTHENTICATED : Refusal.INVALID_TENANT;
            metrics.requestRefused(reason.label());
            return CompletableFuture.completedFuture(OtlpAnswer.of(reason, String.valueOf(refused.getMessage())));
        }
        InFlightBytes.Lease lease = inFlight.lease();
        return RequestBody.collect(
                        request.entity(), lease, config.requestBytesMax(), config.bodyTimeout(), materializer)
                .thenCompose(body -> {
                    try {
                        RequestBody.Collected decoded = decoder.decode(body, config, lease);
                        return distributor.export(tenant, decoded.array(), decoded.offset(), decoded.length());
                    } catch (RefusedException refused) {
                        return CompletableFuture.failedFuture(refused);
                    }
                })
                .thenApply(OtlpAnswer::of)
                .exceptionally(this::answer)
                .whenComplete((answer, impossible) -> lease.release());
    }

    /** Reads a little of a body that is not wanted, so that its sender comes to read the answer. */
    void discard(HttpRequest request) {
        RequestBody.discard(request.entity(), config.requestBytesMax(), config.bodyTimeout(), materializer);
    }

    private OtlpAnswer answer(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            metrics.requestRefused(refused.reason().label());
            return OtlpAnswer.of(refused.reason(), refused.sentence());
        }
        if (cause instanceof TimeoutException) {
            metrics.requestRefused(Refusal.BODY_TIMEOUT.label());
            return OtlpAnswer.of(
                    Refusal.BODY_TIMEOUT,
                    "request body did not arrive in " + config.bodyTimeout().toMillis()
                            + " ms (receiver.otlp.body-timeout)");
        }
        if (cause instanceof StreamTcpException
                || cause instanceof EntityStreamException
                || cause instanceof PeerClosedStreamException) {
            metrics.requestRefused(Refusal.MALFORMED_REQUEST.label());
            return OtlpAnswer.of(Refusal.MALFORMED_REQUEST, "request body did not arrive: " + cause.getMessage());
        }
        LOG.error("export request failed", cause);
        metrics.requestRefused("internal");
        return OtlpAnswer.internalError();
    }
}
