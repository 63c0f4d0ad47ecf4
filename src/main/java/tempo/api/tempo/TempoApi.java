package tempo.api.tempo;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.japi.function.Function;
import akka.stream.Materializer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.api.status.StatusPages;
import tempo.querier.Querier;
import tempo.tenant.Tenancy;

/**
 * The HTTP API on the query port, as Grafana's Tempo data source and Tempo's clients expect it. Endpoints of that API which do
 * not exist here yet answer 501 with a sentence. Thread-safe.
 */
public final class TempoApi implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;

    private static final Logger LOG = LoggerFactory.getLogger(TempoApi.class);
    private static final String TRACES = "/api/traces/";
    private static final String TRACES_V2 = "/api/v2/traces/";

    private final transient StatusPages pages;
    private final transient TraceById traceById;
    private final transient Tenancy tenancy;
    private final transient Materializer materializer;

    /** The API of one node. */
    public TempoApi(StatusPages pages, Querier querier, Tenancy tenancy, Materializer materializer) {
        this.pages = pages;
        this.traceById = new TraceById(querier);
        this.tenancy = tenancy;
        this.materializer = materializer;
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        request.discardEntityBytes(materializer);
        String path = request.getUri().path();
        Optional<HttpResponse> page = pages.page(path);
        if (page.isPresent()) {
            return done(page.get());
        }
        if (path.startsWith(TRACES_V2)) {
            return trace(request, path.substring(TRACES_V2.length()), true);
        }
        if (path.startsWith(TRACES)) {
            return trace(request, path.substring(TRACES.length()), false);
        }
        if (NotBuilt.knows(path)) {
            return done(HttpResponse.create()
                    .withStatus(StatusCodes.NOT_IMPLEMENTED)
                    .withEntity(path + " is part of Tempo's API but does not exist here yet\n"));
        }
        return done(HttpResponse.create().withStatus(StatusCodes.NOT_FOUND).withEntity("404 page not found\n"));
    }

    private CompletionStage<HttpResponse> trace(HttpRequest request, String id, boolean v2) {
        if (NotBuilt.knows(request.getUri().path())) {
            return done(HttpResponse.create()
                    .withStatus(StatusCodes.NOT_IMPLEMENTED)
                    .withEntity("trace diff is part of Tempo's API but does not exist here yet\n"));
        }
        if (!request.method().equals(HttpMethods.GET) && !request.method().equals(HttpMethods.HEAD)) {
            return done(HttpResponse.create()
                    .withStatus(StatusCodes.METHOD_NOT_ALLOWED)
                    .withEntity("traces can be asked for with GET only\n"));
        }
        String tenant;
        try {
            tenant = tenancy.tenant(
                    request.getHeader(Tenancy.HEADER).map(HttpHeader::value).orElse(null));
        } catch (Tenancy.NoTenantException refused) {
            return done(HttpResponse.create()
                    .withStatus(refused.missing() ? StatusCodes.UNAUTHORIZED : StatusCodes.BAD_REQUEST)
                    .withEntity(refused.getMessage() + "\n"));
        }
        return traceById.answer(request, tenant, id, v2).exceptionally(failure -> {
            LOG.error("trace {} could not be answered", id.replaceAll("[^0-9A-Za-z]", "?"), failure);
            return HttpResponse.create()
                    .withStatus(StatusCodes.INTERNAL_SERVER_ERROR)
                    .withEntity("trace could not be read\n");
        });
    }

    private static CompletionStage<HttpResponse> done(HttpResponse response) {
        return CompletableFuture.completedFuture(response);
    }
}
