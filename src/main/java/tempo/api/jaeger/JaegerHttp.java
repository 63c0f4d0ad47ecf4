package tempo.api.jaeger;

import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.Query;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.function.Function;
import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.format.FormatException;
import tempo.format.jaeger.JaegerTraceJson;
import tempo.querier.SearchAnswer;
import tempo.querier.TraceAnswer;
import tempo.querier.TraceSource;
import tempo.span.TraceId;
import tempo.tempodb.scan.SpanNames;
import tempo.tenant.Tenancy;

/**
 * What Jaeger's query service answers over HTTP, as its UI and Grafana's data source for Jaeger read it. Errors are JSON too. Thread-safe.
 *
 * <p>Source: Jaeger's HTTP JSON, by its documented fields and what a Jaeger answers.
 */
final class JaegerHttp implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(JaegerHttp.class);
    private static final String TRACES = "/api/traces";
    private static final String SERVICES = "/api/services";
    private static final String OPERATIONS = "/operations";
    private static final long BODY_BYTES_MAX = 64 << 10;

    /** OTLP of all traces of an answer; those beyond are left out, and the answer says so. */
    private static final long TRACES_BYTES_MAX = 32 << 20;

    private final transient TraceSource source;
    private final transient Lists lists;
    private final transient Dependencies dependencies;
    private final transient RequestTenant tenants;
    private final transient Materializer materializer;

    JaegerHttp(
            TraceSource source,
            Lists lists,
            Dependencies dependencies,
            RequestTenant tenants,
            Materializer materializer) {
        this.dependencies = dependencies;
        this.source = source;
        this.lists = lists;
        this.tenants = tenants;
        this.materializer = materializer;
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        request.entity().withSizeLimit(BODY_BYTES_MAX).discardBytes(materializer);
        String path = request.getUri().path();
        if (!path.startsWith("/api/")) {
            return refused(StatusCodes.NOT_FOUND, "there is no page here; Jaeger's UI asks for /api/traces/{id}");
        }
        if (!request.method().equals(HttpMethods.GET) && !request.method().equals(HttpMethods.HEAD)) {
            return refused(StatusCodes.METHOD_NOT_ALLOWED, "only GET is answered here")
                    .thenApply(response -> response.addHeader(RawHeader.create("Allow", "GET, HEAD")));
        }
        CompletionStage<HttpResponse> answer;
        try {
            answer = answer(tenants.of(request), path, request.getUri().query());
        } catch (Tenancy.NoTenantException refused) {
            return refused(
                    refused.missing() ? StatusCodes.UNAUTHORIZED : StatusCodes.BAD_REQUEST,
                    String.valueOf(refused.getMessage()));
        } catch (IllegalArgumentException wrong) {
            return refused(StatusCodes.BAD_REQUEST, String.valueOf(wrong.getMessage()));
        }
        return answer.exceptionally(failure -> {
            LOG.error("{} could not be answered", path.replaceAll("[^0-9A-Za-z/]", "?"), failure);
            return JsonAnswer.error(StatusCodes.INTERNAL_SERVER_ERROR, "answer could not be made");
        });
    }

    private CompletionStage<HttpResponse> answer(String tenant, String path, Query query) {
        boolean pretty = query.get("prettyPrint").isPresent();
        if (path.startsWith(TRACES + "/")) {
            TraceId id = TraceId.parse(path.substring(TRACES.length() + 1))
                    .orElseThrow(() -> new IllegalArgumentException("trace id must be 1 to 32 hexadecimal digits"));
            return source.trace(tenant, id).thenApply(trace -> one(trace, pretty));
        }
        if (path.equals(TRACES)) {
            List<TraceId> ids = SearchParameters.ids(query);
            CompletionStage<SearchAnswer<TraceId>> found = ids.isEmpty()
                    ? lists.traces(tenant, SearchParameters.read(query))
                    : CompletableFuture.completedFuture(new SearchAnswer<>(ids, List.of()));
            return found.thenCompose(answer -> all(tenant, answer, pretty));
        }
        if (path.equals(SERVICES)) {
            return lists.services(tenant).thenApply(answer -> texts(answer.results(), answer.missing(), pretty));
        }
        if (path.startsWith(SERVICES + "/") && path.endsWith(OPERATIONS)) {
            String service = path.substring(SERVICES.length() + 1, path.length() - OPERATIONS.length());
            return lists.operations(tenant, URLDecoder.decode(service, StandardCharsets.UTF_8), "")
                    .thenApply(answer -> texts(Lists.distinct(answer.results()), answer.missing(), pretty));
        }
        if (path.equals("/api" + OPERATIONS)) {
            return lists.operations(
                            tenant,
                            query.get("service").orElse(""),
                            query.get("spanKind").orElse(""))
                    .thenApply(answer -> operations(answer, pretty));
        }
        if (path.equals("/api/dependencies")) {
            return dependencies.between(tenant, query).thenApply(answer -> dependencies(answer, pretty));
        }
        return refused(StatusCodes.NOT_IMPLEMENTED, path + " is part of Jaeger's API but does not exist here yet");
    }

    private static HttpResponse one(TraceAnswer trace, boolean pretty) {
        if (!trace.found()) {
            return trace.partial()
                    ? JsonAnswer.error(StatusCodes.SERVICE_UNAVAILABLE, String.join("; ", trace.missing()))
                    : JsonAnswer.error(StatusCodes.NOT_FOUND, "trace not found");
        }
        return traces(List.of(trace), List.of(), pretty);
    }

    /** Reads the traces that were found one after the other; what is not there any more is left out. */
    private CompletionStage<HttpResponse> all(String tenant, SearchAnswer<TraceId> found, boolean pretty) {
        List<String> missing = new ArrayList<>(TraceReads.warnings(found.missing()));
        long[] bytes = {0};
        return Source.from(found.results())
                .mapAsync(1, id -> source.trace(tenant, id))
                .takeWhile(
                        trace -> {
                            bytes[0] += trace.otlp().length;
                            return bytes[0] <= TRACES_BYTES_MAX;
                        },
                        true)
                .runWith(Sink.seq(), materializer)
                .thenApply(traces -> {
                    if (traces.size() < found.results().size()) {
                        missing.add((found.results().size() - traces.size())
                                + " traces more were found, and left out since the answer is too large");
                    }
                    traces.stream()
                            .filter(trace -> !trace.found() && trace.partial())
                            .forEach(trace -> missing.addAll(trace.missing()));
                    return traces(traces.stream().filter(TraceAnswer::found).toList(), missing, pretty);
                });
    }

    private static HttpResponse traces(List<TraceAnswer> traces, List<String> missing, boolean pretty) {
        try {
            return JsonAnswer.of(pretty, missing, out -> {
                for (TraceAnswer trace : traces) {
                    JaegerTraceJson.write(out, trace.otlp(), 0, trace.otlp().length, TraceReads.warnings(trace));
                }
                return traces.size();
            });
        } catch (FormatException malformed) {
            return JsonAnswer.error(
                    StatusCodes.INTERNAL_SERVER_ERROR, "stored trace is malformed: " + malformed.getMessage());
        }
    }

    private static HttpResponse texts(List<String> texts, List<String> missing, boolean pretty) {
        return list(pretty, missing, out -> {
            for (String text : texts) {
                out.writeString(text);
            }
            return texts.size();
        });
    }

    private static HttpResponse operations(SearchAnswer<SpanNames.Name> operations, boolean pretty) {
        return list(pretty, operations.missing(), out -> {
            for (SpanNames.Name operation : operations.results()) {
                out.writeStartObject();
                out.writeStringField("name", operation.name());
                out.writeStringField("spanKind", SpanKinds.text(operation.kind()));
                out.writeEndObject();
            }
            return operations.results().size();
        });
    }

    private static HttpResponse dependencies(SearchAnswer<Dependencies.Link> links, boolean pretty) {
        return list(pretty, links.missing(), out -> {
            for (Dependencies.Link link : links.results()) {
                out.writeStartObject();
                out.writeStringField("parent", link.parent());
                out.writeStringField("child", link.child());
                out.writeNumberField("callCount", link.calls());
                out.writeEndObject();
            }
            return links.results().size();
        });
    }

    private static HttpResponse list(boolean pretty, List<String> missing, JsonAnswer.Elements elements) {
        try {
            return JsonAnswer.of(pretty, missing, elements);
        } catch (FormatException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static CompletionStage<HttpResponse> refused(StatusCode status, String sentence) {
        return CompletableFuture.completedFuture(JsonAnswer.error(status, sentence));
    }
}
