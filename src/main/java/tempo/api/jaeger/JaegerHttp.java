package tempo.api.jaeger;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpMethods;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.function.Function;
import akka.stream.Materializer;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tempo.format.FormatException;
import tempo.format.jaeger.JaegerTraceJson;
import tempo.querier.Querier;
import tempo.querier.TraceAnswer;
import tempo.span.TraceId;
import tempo.tenant.Tenancy;

/**
 * What Jaeger's query service answers over HTTP, as its UI and Grafana's data source for Jaeger read it. Errors are JSON too. Thread-safe.
 *
 * <p>Source: Jaeger's HTTP JSON, by its documented fields and what a Jaeger answers.
 */
final class JaegerHttp implements Function<HttpRequest, CompletionStage<HttpResponse>> {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(JaegerHttp.class);
    private static final String TRACES = "/api/traces/";
    private static final long BODY_BYTES_MAX = 64 << 10;
    private static final JsonFactory JSON = new JsonFactory();

    private final transient Querier querier;
    private final transient RequestTenant tenants;
    private final transient Materializer materializer;

    JaegerHttp(Querier querier, RequestTenant tenants, Materializer materializer) {
        this.querier = querier;
        this.tenants = tenants;
        this.materializer = materializer;
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        request.entity().withSizeLimit(BODY_BYTES_MAX).discardBytes(materializer);
        String path = request.getUri().path();
        if (!path.startsWith(TRACES)) {
            return path.startsWith("/api/")
                    ? refused(
                            StatusCodes.NOT_IMPLEMENTED, path + " is part of Jaeger's API but does not exist here yet")
                    : refused(StatusCodes.NOT_FOUND, "there is no page here; Jaeger's UI asks for /api/traces/{id}");
        }
        if (!request.method().equals(HttpMethods.GET) && !request.method().equals(HttpMethods.HEAD)) {
            return refused(StatusCodes.METHOD_NOT_ALLOWED, "traces can be asked for with GET only")
                    .thenApply(response -> response.addHeader(RawHeader.create("Allow", "GET, HEAD")));
        }
        String text = path.substring(TRACES.length());
        Optional<TraceId> id = TraceId.parse(text);
        if (id.isEmpty()) {
            return refused(StatusCodes.BAD_REQUEST, "trace id must be 1 to 32 hexadecimal digits");
        }
        String tenant;
        try {
            tenant = tenants.of(request);
        } catch (Tenancy.NoTenantException refused) {
            return refused(
                    refused.missing() ? StatusCodes.UNAUTHORIZED : StatusCodes.BAD_REQUEST,
                    String.valueOf(refused.getMessage()));
        }
        boolean pretty = request.getUri().query().get("prettyPrint").isPresent();
        return querier.trace(tenant, id.get()).handle((trace, failure) -> {
            if (failure != null) {
                LOG.error("trace {} could not be answered", id.get(), failure);
                return error(StatusCodes.INTERNAL_SERVER_ERROR, "trace could not be read");
            }
            return answer(trace, pretty);
        });
    }

    private static HttpResponse answer(TraceAnswer trace, boolean pretty) {
        if (!trace.found()) {
            return trace.partial()
                    ? error(StatusCodes.SERVICE_UNAVAILABLE, String.join("; ", trace.missing()))
                    : error(StatusCodes.NOT_FOUND, "trace not found");
        }
        try {
            return json(StatusCodes.OK, pretty, out -> {
                out.writeArrayFieldStart("data");
                JaegerTraceJson.write(out, trace.otlp(), 0, trace.otlp().length, TraceReads.warnings(trace));
                out.writeEndArray();
                counts(out);
                out.writeNullField("errors");
            });
        } catch (FormatException malformed) {
            return error(StatusCodes.INTERNAL_SERVER_ERROR, "stored trace is malformed: " + malformed.getMessage());
        }
    }

    private static CompletionStage<HttpResponse> refused(StatusCode status, String sentence) {
        return CompletableFuture.completedFuture(error(status, sentence));
    }

    private static HttpResponse error(StatusCode status, String sentence) {
        try {
            return json(status, false, out -> {
                out.writeNullField("data");
                counts(out);
                out.writeArrayFieldStart("errors");
                out.writeStartObject();
                out.writeNumberField("code", status.intValue());
                out.writeStringField("msg", sentence);
                out.writeEndObject();
                out.writeEndArray();
            });
        } catch (FormatException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private interface Body {
        void write(JsonGenerator out) throws IOException, FormatException;
    }

    private static HttpResponse json(StatusCode status, boolean pretty, Body body) throws FormatException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            if (pretty) {
                out.useDefaultPrettyPrinter();
            }
            out.writeStartObject();
            body.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HttpResponse.create()
                .withStatus(status)
                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, bytes.toByteArray()));
    }

    private static void counts(JsonGenerator out) throws IOException {
        out.writeNumberField("total", 0);
        out.writeNumberField("limit", 0);
        out.writeNumberField("offset", 0);
    }
}
