package tempo.api.tempo;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.function.Function;
import akka.stream.Materializer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.api.status.ClusterPages;
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
    private static final ContentType GRPC = ContentTypes.create(MediaTypes.applicationBinary("grpc", false));
    private static final String GRPC_UNIMPLEMENTED = "12";

    /** No query has a body; what comes all the same is read up to here and then the connection is closed. */
    private static final long BODY_BYTES_MAX = 64 << 10;

    private final transient StatusPages pages;
    private final transient ClusterPages clusterPages;
    private final transient Optional<TraceById> traceById;
    private final transient Tenancy tenancy;
    private final transient Optional<TraceDeletion> deletion;
    private final transient Materializer materializer;

    /**
     * The API of one node.
     *
     * @param querier what answers queries; empty on a node that does not
     * @param mayDelete whether traces can be deleted
     */
    public TempoApi(
            StatusPages pages,
            ClusterPages clusterPages,
            Optional<Querier> querier,
            Tenancy tenancy,
            boolean mayDelete,
            Materializer materializer) {
        this.pages = pages;
        this.clusterPages = clusterPages;
        this.traceById = querier.map(TraceById::new);
        this.deletion = querier.map(some -> new TraceDeletion(some, mayDelete));
        this.tenancy = tenancy;
        this.materializer = materializer;
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        boolean bodiless = request.method().equals(HttpMethods.HEAD)
                && request.protocol().value().equals("HTTP/2.0");
        return bodiless ? answer(request).thenApply(TempoApi::withoutBody) : answer(request);
    }

    /** Akka HTTP leaves the body of an answer to HEAD away in HTTP/1.1 only. */
    private static HttpResponse withoutBody(HttpResponse response) {
        return response.withEntity(HttpEntities.create(response.entity().getContentType(), new byte[0]));
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request) {
        request.entity().withSizeLimit(BODY_BYTES_MAX).discardBytes(materializer);
        if (isGrpc(request)) {
            return done(noGrpcMethod());
        }
        String path = request.getUri().path();
        Optional<HttpResponse> page = pages.page(path);
        if (page.isPresent()) {
            return done(page.get());
        }
        Optional<CompletionStage<HttpResponse>> clusterPage = clusterPages.page(request);
        if (clusterPage.isPresent()) {
            return clusterPage.get();
        }
        if (traceById.isEmpty() && ((path + "/").startsWith(TRACES) || path.startsWith(TRACES_V2))) {
            return done(HttpResponse.create()
                    .withStatus(StatusCodes.NOT_IMPLEMENTED)
                    .withEntity("this node does not answer queries: querier is not among its roles (tempo.roles)\n"));
        }
        if (request.method().equals(HttpMethods.DELETE) && (path + "/").startsWith(TRACES)) {
            return deleted(request, path);
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
                    .addHeader(RawHeader.create("Allow", "GET, HEAD"))
                    .withEntity("traces can be asked for with GET only\n"));
        }
        String tenant;
        try {
            tenant = tenant(request);
        } catch (Tenancy.NoTenantException refused) {
            return done(withoutTenant(refused));
        }
        return traceById.orElseThrow().answer(request, tenant, id, v2).exceptionally(failure -> {
            LOG.error("trace {} could not be answered", id.replaceAll("[^0-9A-Za-z]", "?"), failure);
            return HttpResponse.create()
                    .withStatus(StatusCodes.INTERNAL_SERVER_ERROR)
                    .withEntity("trace could not be read\n");
        });
    }

    private CompletionStage<HttpResponse> deleted(HttpRequest request, String path) {
        try {
            String id = path.length() < TRACES.length() ? "" : path.substring(TRACES.length());
            return deletion.orElseThrow().answer(request, tenant(request), id);
        } catch (Tenancy.NoTenantException refused) {
            return done(withoutTenant(refused));
        }
    }

    private String tenant(HttpRequest request) throws Tenancy.NoTenantException {
        return tenancy.tenant(
                request.getHeader(Tenancy.HEADER).map(HttpHeader::value).orElse(null));
    }

    private static HttpResponse withoutTenant(Tenancy.NoTenantException refused) {
        return HttpResponse.create()
                .withStatus(refused.missing() ? StatusCodes.UNAUTHORIZED : StatusCodes.BAD_REQUEST)
                .withEntity(refused.getMessage() + "\n");
    }

    private static boolean isGrpc(HttpRequest request) {
        return request.entity().getContentType().mediaType().subType().startsWith("grpc");
    }

    /** A status of HTTP would reach the caller of a gRPC method as UNKNOWN, which clients take for a failure. */
    private static HttpResponse noGrpcMethod() {
        return HttpResponse.create()
                .addHeader(RawHeader.create("grpc-status", GRPC_UNIMPLEMENTED))
                .addHeader(RawHeader.create("grpc-message", "no gRPC method exists on this port yet"))
                .withEntity(HttpEntities.create(GRPC, new byte[0]));
    }

    private static CompletionStage<HttpResponse> done(HttpResponse response) {
        return CompletableFuture.completedFuture(response);
    }
}
