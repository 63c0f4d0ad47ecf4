package tempo.api.jaeger;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.japi.function.Function;
import akka.stream.SystemMaterializer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import tempo.querier.Querier;
import tempo.tenant.Tenancy;

/** What is answered to Jaeger: requests in, responses out, for ports that others bind. Thread-safe. */
public final class JaegerApi {
    private final ActorSystem<?> system;
    private final Querier querier;
    private final RequestTenant tenants;

    /** @param tenantHeader by which Jaeger names the tenant, if nothing else does */
    public JaegerApi(ActorSystem<?> system, Querier querier, Tenancy tenancy, String tenantHeader) {
        this.system = system;
        this.querier = querier;
        this.tenants = new RequestTenant(tenancy, tenantHeader);
    }

    /** Jaeger's storage protocols, versions 1 and 2, over gRPC. */
    public Function<HttpRequest, CompletionStage<HttpResponse>> grpc() {
        Map<String, GrpcPort.Method> methods = new HashMap<>(new StorageV1(querier).methods());
        methods.putAll(new StorageV2(querier).methods());
        return new GrpcPort(system, tenants, methods);
    }

    /** What Jaeger's query service answers over HTTP. */
    public Function<HttpRequest, CompletionStage<HttpResponse>> http() {
        return new JaegerHttp(querier, tenants, SystemMaterializer.get(system).materializer());
    }
}
