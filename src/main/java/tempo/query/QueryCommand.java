package tempo.query;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import akka.http.javadsl.ConnectionContext;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.ServerBuilder;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.japi.function.Function;
import com.typesafe.config.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tempo.api.jaeger.JaegerApi;
import tempo.cli.Failures;
import tempo.cli.ListenAddress;
import tempo.cli.Version;
import tempo.config.ConfigSources;
import tempo.tenant.Tenancy;
import tempo.tls.ServerTls;
import tempo.tls.TlsConfig;

/** The program tempo-query. */
@Command(
        name = "tempo-query",
        description = {
            "Answers Jaeger beside the nodes: its storage protocols, versions 1 and 2, and the JSON of its query service, out of any of some"
                    + " nodes. Each node that is a querier answers all of this itself; this is for where Jaeger's UI runs elsewhere,"
                    + " or wants other ports, certificates or tenants.",
            "A call goes to the next node, and to the one after it if that cannot be reached."
        },
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:stopped", "1:failed, for instance because a port is taken", "2:the command line is wrong"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo-query --node http://tempo-0:17271 --node http://tempo-1:17271 --listen-grpc 0.0.0.0:17271",
            "  tempo-query --multi-tenancy --tenant-header x-tenant",
        })
public final class QueryCommand implements Callable<Integer> {
    /** While it is read, an answer is there up to three times. */
    private static final long ANSWER_BYTES_MAX = 64L << 20;

    private static final Duration RELOAD = Duration.ofMinutes(1);
    private static final Duration STOP_MAX = Duration.ofSeconds(10);

    private final InstantSource clock;
    private final Map<String, String> environment;

    @Option(
            names = "--node",
            paramLabel = "URL",
            description =
                    "Port for Jaeger's storage protocols of a node (${DEFAULT-VALUE}); may be given several times.")
    private List<URI> nodes = new ArrayList<>(List.of(URI.create("http://127.0.0.1:17271")));

    @Option(names = "--node-ca-file", paramLabel = "FILE", description = "Who may vouch for the nodes (PEM).")
    private String nodeCaFile = "";

    @Option(names = "--node-certificate-file", paramLabel = "FILE", description = "What is shown to them (PEM).")
    private String nodeCertificateFile = "";

    @Option(names = "--node-key-file", paramLabel = "FILE", description = "Its key (PEM).")
    private String nodeKeyFile = "";

    @Option(names = "--node-bearer-token-file", paramLabel = "FILE", description = "A file with a token for them.")
    private String nodeTokenFile = "";

    @Option(
            names = "--listen-grpc",
            paramLabel = "[HOST]:PORT",
            converter = ListenAddress.class,
            defaultValue = "127.0.0.1:17272",
            description =
                    "Where Jaeger's storage protocols are served (${DEFAULT-VALUE}); :17272 lets other machines in.")
    private InetSocketAddress listenGrpc = new InetSocketAddress(0);

    @Option(
            names = "--listen-http",
            paramLabel = "[HOST]:PORT",
            converter = ListenAddress.class,
            defaultValue = "127.0.0.1:16687",
            description = "Where the JSON of Jaeger's query service is served (${DEFAULT-VALUE}).")
    private InetSocketAddress listenHttp = new InetSocketAddress(0);

    @Option(
            names = "--certificate-file",
            paramLabel = "FILE",
            description = "Certificate of these ports (PEM): they speak TLS.")
    private String certificateFile = "";

    @Option(names = "--key-file", paramLabel = "FILE", description = "Its key (PEM).")
    private String keyFile = "";

    @Option(names = "--client-ca-file", paramLabel = "FILE", description = "Who may vouch for their clients (PEM).")
    private String clientCaFile = "";

    @Option(names = "--multi-tenancy", description = "Each request names its tenant; else it is the one of --tenant.")
    private boolean multiTenancy;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Whose traces are asked for (${DEFAULT-VALUE}).")
    private String tenant = "single-tenant";

    @Option(
            names = "--tenant-header",
            paramLabel = "NAME",
            description = "Header that names the tenant, if X-Scope-OrgID does not (${DEFAULT-VALUE}).")
    private String tenantHeader = "x-tenant";

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "Longest wait for a node (${DEFAULT-VALUE}).")
    private int timeoutSeconds = 30;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    private QueryCommand(InstantSource clock, Map<String, String> environment) {
        this.clock = clock;
        this.environment = environment;
    }

    /**
     * Runs until the process is stopped.
     *
     * @return the exit code: 0 stopped, 1 failed, 2 wrong command line
     */
    public static int execute(
            InstantSource clock,
            Map<String, String> environment,
            PrintWriter out,
            PrintWriter err,
            String... arguments) {
        return new CommandLine(new QueryCommand(clock, environment))
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler(
                        (failure, command, parsed) -> Failures.report("tempo-query", failure, command.getErr()))
                .setParameterExceptionHandler((failure, given) -> Failures.misused("tempo-query", failure))
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        for (URI node : nodes) {
            if (node.getHost() == null || !List.of("http", "https").contains(String.valueOf(node.getScheme()))) {
                throw wrong("--node must be http://host:port or https://host:port but is " + node);
            }
        }
        NodeCredentials credentials = new NodeCredentials(
                new NodeCredentials.CredentialFiles(nodeCaFile, nodeCertificateFile, nodeKeyFile, nodeTokenFile));
        ActorSystem<?> system = ActorSystem.create(Behaviors.empty(), "tempo-query", config());
        try {
            everyMinute(system, credentials::reload);
            GrpcClient client = new GrpcClient(
                    system, nodes, credentials, Duration.ofSeconds(Math.max(1, timeoutSeconds)), ANSWER_BYTES_MAX);
            JaegerApi api = new JaegerApi(
                    system,
                    new NodeStorage(client),
                    new Tenancy(multiTenancy, tenant),
                    tenantHeader,
                    Duration.ZERO,
                    clock::millis);
            List<ServerBinding> bound = new ArrayList<>();
            bound.add(bind(system, "--listen-grpc", listenGrpc, api.grpc()));
            bound.add(bind(system, "--listen-http", listenHttp, api.http()));
            awaitStop(system, bound);
            return ExitCode.OK;
        } finally {
            system.terminate();
        }
    }

    /** As a node's, without its cluster. */
    private Config config() {
        return ConfigSources.load(
                Optional.empty(),
                environment,
                Map.of(
                        "akka.actor.provider", "local",
                        "akka.coordinated-shutdown.run-by-jvm-shutdown-hook", "off",
                        "akka.coordinated-shutdown.exit-jvm", "off"));
    }

    private ServerBinding bind(
            ActorSystem<?> system,
            String option,
            InetSocketAddress address,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler)
            throws IOException, InterruptedException {
        ServerBuilder builder = Http.get(system).newServerAt(address.getHostString(), address.getPort());
        if (!certificateFile.isEmpty()) {
            ServerTls tls = ServerTls.load(new TlsConfig(certificateFile, keyFile, clientCaFile, RELOAD));
            everyMinute(system, () -> {
                if (tls.reload()) {
                    system.log().info("certificates were read anew, good until {}", tls.validUntil());
                }
            });
            builder = builder.enableHttps(ConnectionContext.httpsServer(tls::engine));
        }
        try {
            return builder.bind(handler).toCompletableFuture().get(STOP_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    option + " " + address.getHostString() + ":" + address.getPort()
                            + " cannot be bound, is the port taken? " + e.getMessage(),
                    e);
        }
    }

    /** Reads files that may have changed. */
    private interface Reload {
        void run() throws IOException;
    }

    /** New connections get what new files say; if these cannot be used, what the former ones said. */
    private static void everyMinute(ActorSystem<?> system, Reload reload) {
        Runnable attempt = () -> {
            try {
                reload.run();
            } catch (IOException e) {
                system.log().warn("certificates and tokens stay as they were: {}", e.getMessage());
            }
        };
        system.scheduler()
                .scheduleAtFixedRate(
                        RELOAD, RELOAD, attempt, system.dispatchers().lookup(DispatcherSelector.blocking()));
    }

    private void awaitStop(ActorSystem<?> system, List<ServerBinding> bound) throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(system, bound, stopped), "stop"));
        PrintWriter out = spec.commandLine().getOut();
        out.println("Jaeger's storage protocols at " + bound.get(0).localAddress() + ", its query service's JSON at "
                + bound.get(1).localAddress() + ", out of " + nodes);
        out.flush();
        stopped.await();
    }

    private static void stop(ActorSystem<?> system, List<ServerBinding> bound, CountDownLatch stopped) {
        try {
            for (ServerBinding each : bound) {
                each.terminate(STOP_MAX).toCompletableFuture().get(STOP_MAX.toSeconds() + 1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            system.log().warn("ports could not be closed in order", e);
        }
        stopped.countDown();
        // Left to itself, a JVM would end with 143, and a supervisor would take an orderly stop for a crash.
        Runtime.getRuntime().halt(ExitCode.OK);
    }

    private ParameterException wrong(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
