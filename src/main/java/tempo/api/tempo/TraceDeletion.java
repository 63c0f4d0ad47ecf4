package tempo.api.tempo;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.querier.Querier;
import tempo.span.TraceId;

/**
 * {@code DELETE /api/traces/{id}} for one trace, {@code DELETE /api/traces?confirm=TENANT} for all that a tenant has: 204 once it is
 * durable. Thread-safe.
 */
final class TraceDeletion {
    private static final String CONFIRM = "confirm";
    private static final Logger LOG = LoggerFactory.getLogger(TraceDeletion.class);

    private final Querier querier;
    private final boolean allowed;

    TraceDeletion(Querier querier, boolean allowed) {
        this.querier = querier;
        this.allowed = allowed;
    }

    /**
     * Answers one request of a known tenant.
     *
     * @param id empty for all traces
     */
    CompletionStage<HttpResponse> answer(HttpRequest request, String tenant, String id) {
        if (!allowed) {
            return refused(StatusCodes.FORBIDDEN, "traces cannot be deleted here unless tempo.api.deletion is on");
        }
        if (id.isEmpty()) {
            boolean confirmed =
                    request.getUri().query().get(CONFIRM).filter(tenant::equals).isPresent();
            return confirmed
                    ? delete(tenant, Optional.empty())
                    : refused(
                            StatusCodes.BAD_REQUEST,
                            "to delete all traces of tenant " + tenant + ", say so: ?" + CONFIRM + "=" + tenant);
        }
        Optional<String> badId = TraceIdText.problem(id);
        return badId.isPresent() ? refused(StatusCodes.BAD_REQUEST, badId.get()) : delete(tenant, TraceId.parse(id));
    }

    private CompletionStage<HttpResponse> delete(String tenant, Optional<TraceId> id) {
        String what = id.map(trace -> "trace " + trace).orElse("all traces") + " of tenant " + tenant;
        return querier.delete(tenant, id).handle((done, failure) -> {
            if (failure != null) {
                LOG.error("{} could not be deleted", what, failure);
                return HttpResponse.create()
                        .withStatus(StatusCodes.SERVICE_UNAVAILABLE)
                        .withEntity("it is not known whether that is deleted, as the store failed; try again\n");
            }
            LOG.info("deleted: {}", what);
            return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT);
        });
    }

    private static CompletionStage<HttpResponse> refused(StatusCode status, String sentence) {
        return CompletableFuture.completedFuture(
                HttpResponse.create().withStatus(status).withEntity(sentence + "\n"));
    }
}
