package tempo.api.jaeger;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.japi.function.Function;
import akka.stream.Materializer;
import akka.stream.SystemMaterializer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import tempo.querier.TraceSource;
import tempo.tenant.Tenancy;

/** What is answered to Jaeger: requests in, responses out, for ports that others bind. Thread-safe. */
public final class JaegerApi {
    private final ActorSystem<?> system;
    private final TraceSource source;
    private final Materializer materializer;
    private final Lists lists;
    private final Dependencies dependencies;
    private final RequestTenant tenants;

    /**
     * What answers Jaeger.
     *
     * @param tenantHeader by which Jaeger names the tenant, if nothing else does
     * @param namesLookback how old blocks may be that are asked for services and operations
     * @param clock milliseconds since 1970
     */
    public JaegerApi(
            ActorSystem<?> system,
            TraceSource source,
            Tenancy tenancy,
            String tenantHeader,
            Duration namesLookback,
            LongSupplier clock) {
        this.system = system;
        this.source = source;
        this.lists = new Lists(source, namesLookback.toMillis(), clock);
        this.materializer = SystemMaterializer.get(system).materializer();
        this.dependencies = new Dependencies(source, materializer);
        this.tenants = new RequestTenant(tenancy, tenantHeader);
    }

    /** Jaeger's storage protocols, versions 1 and 2, over gRPC. */
    public Function<HttpRequest, CompletionStage<HttpResponse>> grpc() {
        Map<String, GrpcPort.Method> methods = new HashMap<>(new StorageV1(source, lists, dependencies).methods());
        TraceSummaries summaries = new TraceSummaries(source, materializer);
        methods.putAll(new StorageV2(source, lists, summaries, dependencies).methods());
        return new GrpcPort(system, tenants, methods);
    }

    /** What Jaeger's query service answers over HTTP. */
    public Function<HttpRequest, CompletionStage<HttpResponse>> http() {
        return new JaegerHttp(source, lists, dependencies, tenants, materializer);
    }
}
