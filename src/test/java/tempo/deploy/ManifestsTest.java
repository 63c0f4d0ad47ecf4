package tempo.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tempo.Settings;
import tempo.config.ConfigSources;
import tempo.deploy.Manifests.Workload;

/** The manifests for Kubernetes say what the program understands, and fit each other. */
final class ManifestsTest {
    private static final Pattern METRIC = Pattern.compile("\\btempo_[a-z_]+");

    @Test
    void everyVariableIsASettingAndAllOfThemTogetherAreGood() throws IOException {
        String reference = Files.readString(Path.of("src/main/resources/reference.conf"));
        for (Workload workload : Manifests.workloads()) {
            Map<String, String> environment = workload.environment("10.1.2.3");
            for (String name : environment.keySet()) {
                if (name.startsWith("TEMPO_")) {
                    assertTrue(reference.contains("${?" + name + "}"), workload.name() + " sets " + name);
                }
            }
            Config config = ConfigSources.load(Optional.empty(), environment, Map.of());
            Settings settings = Settings.of(config);
            assertEquals(3200, settings.api().http().port(), workload.name());
        }
    }

    @Test
    void portsAreThoseThatTheProgramListensOn() throws IOException {
        Config defaults = ConfigSources.defaults();
        Map<String, String> keys = Map.ofEntries(
                Map.entry("http", "tempo.api.http.port"),
                Map.entry("jaeger-storage", "tempo.api.jaeger.grpc.port"),
                Map.entry("jaeger-query", "tempo.api.jaeger.http.port"),
                Map.entry("management", "tempo.management.port"),
                Map.entry("cluster", "tempo.cluster.port"),
                Map.entry("otlp-grpc", "tempo.receiver.otlp.grpc.port"),
                Map.entry("otlp-http", "tempo.receiver.otlp.http.port"),
                Map.entry("zipkin", "tempo.receiver.zipkin.port"),
                Map.entry("jaeger-grpc", "tempo.receiver.jaeger.grpc.port"),
                Map.entry("jaeger-http", "tempo.receiver.jaeger.http.port"),
                Map.entry("opencensus", "tempo.receiver.opencensus.port"));
        for (Workload workload : Manifests.workloads()) {
            workload.ports()
                    .forEach((name, port) ->
                            assertEquals(defaults.getInt(keys.get(name)), port, workload.name() + " " + name));
            Set<String> distributes = Set.of("otlp-grpc", "zipkin");
            String roles = workload.environment().getOrDefault("TEMPO_ROLES", "distributor");
            assertEquals(
                    roles.contains("distributor"),
                    workload.ports().keySet().containsAll(distributes),
                    workload.name() + " has the ports of receivers");
            assertEquals(
                    workload.environment()
                            .getOrDefault("TEMPO_ROLES", "querier")
                            .contains("querier"),
                    workload.ports().keySet().containsAll(Set.of("jaeger-storage", "jaeger-query")),
                    workload.name() + " has the ports for Jaeger");
        }
    }

    @Test
    void podsHaveTheTimeThatAStopMayTake() throws IOException {
        Config phases = ConfigSources.defaults().getConfig("akka.coordinated-shutdown.phases");
        long ingester = 0;
        for (String phase : List.of(
                "service-unbind",
                "service-requests-done",
                "cluster-sharding-shutdown-region",
                "tempo-cut",
                "tempo-api-unbind",
                "before-actor-system-terminate")) {
            ingester += phases.getDuration("\"" + phase + "\".timeout").toSeconds();
        }
        for (Workload workload : Manifests.workloads()) {
            int grace = Integer.parseInt(Manifests.string(workload.pod(), "terminationGracePeriodSeconds"));
            boolean keepsSpans = workload.environment()
                    .getOrDefault("TEMPO_ROLES", "ingester")
                    .contains("ingester");
            assertTrue(
                    !keepsSpans || grace > ingester,
                    workload.name() + ": " + grace + " s, a stop may take " + ingester);
        }
    }

    @Test
    void ingestersHaveDisksThatLastAndNobodyIsRoot() throws IOException {
        for (Workload workload : Manifests.workloads()) {
            boolean keepsSpans = workload.environment()
                    .getOrDefault("TEMPO_ROLES", "ingester")
                    .contains("ingester");
            assertEquals(
                    keepsSpans,
                    !Manifests.list(workload.manifest().get("spec"), "volumeClaimTemplates")
                            .isEmpty(),
                    workload.name());
            assertEquals("true", Manifests.string(workload.pod(), "securityContext", "runAsNonRoot"));
            assertEquals("true", Manifests.string(workload.container(), "securityContext", "readOnlyRootFilesystem"));
            assertEquals("true", workload.environment().get("TEMPO_SECURITY_ALLOW_UNAUTHENTICATED"));
        }
    }

    @Test
    void servicesAndBudgetsSelectPods() throws IOException {
        List<Workload> workloads = Manifests.workloads();
        for (Map<String, Object> each : Manifests.all()) {
            Map<String, Object> wanted = new HashMap<>();
            if ("Service".equals(each.get("kind"))) {
                wanted.putAll(Manifests.map(each, "spec", "selector"));
            } else if ("PodDisruptionBudget".equals(each.get("kind"))) {
                wanted.putAll(Manifests.map(each, "spec", "selector", "matchLabels"));
            } else {
                continue;
            }
            assertTrue(
                    workloads.stream().anyMatch(workload -> Manifests.map(
                                    workload.manifest(), "spec", "template", "metadata", "labels")
                            .entrySet()
                            .containsAll(wanted.entrySet())),
                    () -> Manifests.string(each, "metadata", "name") + " selects no pod by " + wanted);
        }
    }

    @Test
    void alertsAndDashboardAskForMetricsThatThereAre() throws IOException {
        String code = Files.readString(Path.of("src/main/java/tempo/telemetry/Metrics.java"))
                + Files.readString(Path.of("src/main/java/tempo/StoreMetrics.java"));
        Set<String> unknown = new TreeSet<>();
        for (String file : List.of("alerts.yaml", "dashboard.json")) {
            Matcher metric = METRIC.matcher(
                    Files.readString(Manifests.DIRECTORY.resolve("monitoring").resolve(file)));
            while (metric.find()) {
                String name = metric.group().replaceAll("_(bucket|count|sum)$", "");
                if (!code.contains('"' + name + '"')) {
                    unknown.add(name);
                }
            }
        }
        assertEquals(Set.of(), unknown);
        assertFalse(code.isEmpty());
    }
}
