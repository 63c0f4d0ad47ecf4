package tempo.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Packages use each other in one direction only, as the table in docs/architecture.md says. */
final class PackageDirectionTest {
    private static final String ROOT = "tempo";

    /** What each package may use; everybody may use telemetry, and only {@code tempo} itself may use everything. */
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("tempo.config", List.of()),
            Map.entry(
                    "tempo.cli",
                    List.of(
                            "tempo.config",
                            "tempo.client",
                            "tempo.quickstart",
                            "tempo.tempodb",
                            "tempo.tempodb.backend.local",
                            "tempo.tempodb.block",
                            "tempo.tempodb.blocklist",
                            "tempo.tempodb.scan",
                            "tempo.tempodb.spans")),
            Map.entry(
                    "tempo.cli.storage",
                    List.of(
                            "tempo.config",
                            "tempo.cli",
                            "tempo.client",
                            "tempo.quickstart",
                            "tempo.span",
                            "tempo.format",
                            "tempo.format.json",
                            "tempo.format.otlp",
                            "tempo.format.jaeger",
                            "tempo.tempodb",
                            "tempo.tempodb.backend",
                            "tempo.tempodb.block",
                            "tempo.tempodb.blocklist",
                            "tempo.tempodb.spans")),
            Map.entry("tempo.client", List.of("tempo.span", "tempo.tls")),
            Map.entry(
                    "tempo.query",
                    List.of(
                            "tempo.config",
                            "tempo.cli",
                            "tempo.span",
                            "tempo.tenant",
                            "tempo.tls",
                            "tempo.tempodb.scan",
                            "tempo.querier",
                            "tempo.api.jaeger")),
            Map.entry(
                    "tempo.vulture",
                    List.of("tempo.cli", "tempo.client", "tempo.span", "tempo.format", "tempo.format.otlp")),
            Map.entry("tempo.quickstart", List.of()),
            Map.entry("tempo.span", List.of()),
            Map.entry("tempo.tenant", List.of()),
            Map.entry("tempo.placement", List.of()),
            Map.entry("tempo.serialization", List.of()),
            Map.entry("tempo.overview", List.of("tempo.serialization")),
            Map.entry("tempo.telemetry", List.of()),
            Map.entry("tempo.format", List.of()),
            Map.entry("tempo.format.json", List.of("tempo.format")),
            Map.entry("tempo.format.thrift", List.of("tempo.format")),
            Map.entry("tempo.format.otlp", List.of("tempo.span", "tempo.format", "tempo.format.json")),
            Map.entry(
                    "tempo.format.zipkin",
                    List.of(
                            "tempo.span",
                            "tempo.format",
                            "tempo.format.json",
                            "tempo.format.otlp",
                            "tempo.format.proto",
                            "tempo.format.thrift")),
            Map.entry(
                    "tempo.format.jaeger",
                    List.of(
                            "tempo.span",
                            "tempo.format",
                            "tempo.format.otlp",
                            "tempo.format.proto",
                            "tempo.format.thrift",
                            "tempo.format.zipkin")),
            Map.entry("tempo.format.proto", List.of("tempo.span", "tempo.format")),
            Map.entry(
                    "tempo.format.opencensus",
                    List.of("tempo.span", "tempo.format", "tempo.format.otlp", "tempo.format.proto")),
            Map.entry("tempo.tls", List.of()),
            Map.entry(
                    "tempo.receiver",
                    List.of("tempo.span", "tempo.tenant", "tempo.distributor", "tempo.format", "tempo.tls")),
            Map.entry("tempo.receiver.grpc", List.of("tempo.span", "tempo.tenant", "tempo.receiver")),
            Map.entry(
                    "tempo.receiver.otlp",
                    List.of(
                            "tempo.span",
                            "tempo.receiver",
                            "tempo.receiver.grpc",
                            "tempo.format",
                            "tempo.format.json",
                            "tempo.format.otlp")),
            Map.entry(
                    "tempo.receiver.jaeger",
                    List.of(
                            "tempo.span",
                            "tempo.receiver",
                            "tempo.receiver.grpc",
                            "tempo.format",
                            "tempo.format.jaeger")),
            Map.entry(
                    "tempo.receiver.zipkin",
                    List.of("tempo.span", "tempo.receiver", "tempo.format", "tempo.format.zipkin")),
            Map.entry(
                    "tempo.receiver.opencensus",
                    List.of(
                            "tempo.span",
                            "tempo.receiver",
                            "tempo.receiver.grpc",
                            "tempo.format",
                            "tempo.format.opencensus")),
            Map.entry("tempo.distributor", List.of("tempo.span", "tempo.tenant", "tempo.placement", "tempo.ingester")),
            Map.entry(
                    "tempo.ingester",
                    List.of(
                            "tempo.span",
                            "tempo.tenant",
                            "tempo.serialization",
                            "tempo.ingester.copies",
                            "tempo.tempodb",
                            "tempo.tempodb.wal",
                            "tempo.tempodb.block",
                            "tempo.tempodb.scan")),
            Map.entry(
                    "tempo.ingester.copies",
                    List.of("tempo.placement", "tempo.serialization", "tempo.tempodb", "tempo.tempodb.wal")),
            Map.entry(
                    "tempo.tempodb",
                    List.of(
                            "tempo.span",
                            "tempo.tenant",
                            "tempo.tempodb.backend",
                            "tempo.tempodb.block",
                            "tempo.tempodb.blocklist",
                            "tempo.tempodb.cache",
                            "tempo.tempodb.scan")),
            Map.entry(
                    "tempo.tempodb.compaction",
                    List.of(
                            "tempo.span",
                            "tempo.tempodb",
                            "tempo.tempodb.backend",
                            "tempo.tempodb.block",
                            "tempo.tempodb.blocklist")),
            Map.entry("tempo.tempodb.wal", List.of("tempo.span")),
            Map.entry(
                    "tempo.tempodb.block",
                    List.of("tempo.span", "tempo.tempodb.backend", "tempo.tempodb.column", "tempo.tempodb.spans")),
            Map.entry(
                    "tempo.tempodb.scan",
                    List.of("tempo.span", "tempo.tempodb.block", "tempo.tempodb.column", "tempo.tempodb.spans")),
            Map.entry("tempo.tempodb.spans", List.of("tempo.span", "tempo.tempodb.column")),
            Map.entry("tempo.tempodb.column", List.of("tempo.span")),
            Map.entry("tempo.tempodb.cache", List.of()),
            Map.entry("tempo.tempodb.backend", List.of()),
            Map.entry("tempo.tempodb.backend.local", List.of("tempo.tempodb.backend")),
            Map.entry("tempo.tempodb.backend.retry", List.of("tempo.tempodb.backend")),
            Map.entry("tempo.tempodb.backend.gcs", List.of("tempo.tempodb.backend")),
            Map.entry("tempo.tempodb.backend.s3", List.of("tempo.tempodb.backend")),
            Map.entry(
                    "tempo.tempodb.blocklist",
                    List.of("tempo.span", "tempo.tenant", "tempo.tempodb.backend", "tempo.tempodb.block")),
            Map.entry(
                    "tempo.compactor",
                    List.of(
                            "tempo.serialization",
                            "tempo.tempodb",
                            "tempo.tempodb.backend",
                            "tempo.tempodb.block",
                            "tempo.tempodb.compaction")),
            Map.entry(
                    "tempo.querier",
                    List.of(
                            "tempo.span",
                            "tempo.tenant",
                            "tempo.tempodb",
                            "tempo.tempodb.block",
                            "tempo.tempodb.blocklist",
                            "tempo.tempodb.scan",
                            "tempo.ingester")),
            Map.entry(
                    "tempo.api.jaeger",
                    List.of(
                            "tempo.span",
                            "tempo.tenant",
                            "tempo.format",
                            "tempo.format.otlp",
                            "tempo.format.jaeger",
                            "tempo.tempodb.scan",
                            "tempo.querier")),
            Map.entry(
                    "tempo.api.tempo",
                    List.of("tempo.span", "tempo.tenant", "tempo.format.otlp", "tempo.querier", "tempo.api.status")),
            Map.entry("tempo.api.status", List.of()));

    @Test
    void everyPackageUsesOnlyWhatItMay() {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass each : MainCode.CLASSES) {
            String from = each.getPackageName();
            if (from.equals(ROOT)) {
                continue;
            }
            List<String> allowed = MAY_USE.get(from);
            if (allowed == null) {
                wrong.add(from + " has no row in this test and in docs/architecture.md");
                continue;
            }
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                String to = dependency.getTargetClass().getBaseComponentType().getPackageName();
                boolean ours = to.equals(ROOT) || to.startsWith(ROOT + ".");
                if (ours && !to.equals(from) && !to.equals("tempo.telemetry") && !allowed.contains(to)) {
                    wrong.add(each.getName() + " uses "
                            + dependency.getTargetClass().getName());
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void everyRowHasAPackage() {
        Set<String> packages = new TreeSet<>();
        MainCode.CLASSES.forEach(each -> packages.add(each.getPackageName()));
        Set<String> gone = new TreeSet<>(MAY_USE.keySet());
        gone.removeAll(packages);
        assertEquals(Set.of(), gone);
    }

    @Test
    void packagesHaveNoCycles() {
        SlicesRuleDefinition.slices()
                .matching("tempo.(**)")
                .should()
                .beFreeOfCycles()
                .check(MainCode.CLASSES);
    }

    /** Where the engine's object stores may bring their own clients. */
    private static final List<String> CLOUD_STORES = List.of("tempo.tempodb.backend.s3", "tempo.tempodb.backend.gcs");

    /**
     * With what it reaches through our other packages, but for the stores of cloud vendors. On its own it is used with three jars;
     * scans alone need RE2/J too.
     */
    @Test
    void storageEngineNeedsNothingButZstdJsonAndRegularExpressions() {
        List<String> allowed = List.of(
                "tempo.",
                "java.",
                "com.github.luben.zstd.",
                "com.fasterxml.jackson.core.",
                "com.google.re2j.",
                "org.jspecify.");
        Set<String> wrong = new TreeSet<>();
        Set<JavaClass> reached = new LinkedHashSet<>();
        for (JavaClass each : MainCode.CLASSES) {
            if ((each.getPackageName() + ".").startsWith("tempo.tempodb.")
                    && !CLOUD_STORES.contains(each.getPackageName())) {
                reached.add(each);
            }
        }
        assertTrue(reached.size() > 100, "the engine has only " + reached.size() + " classes");
        Deque<JavaClass> left = new ArrayDeque<>(reached);
        while (!left.isEmpty()) {
            JavaClass from = left.remove();
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass().getBaseComponentType();
                boolean ours = to.getName().startsWith("tempo.");
                if (!to.isPrimitive() && allowed.stream().noneMatch(to.getName()::startsWith)) {
                    wrong.add(from.getName() + " uses " + to.getName());
                } else if (ours && reached.add(to)) {
                    left.add(to);
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }

    /** The table leaves out what lies inside a package that is named: {@code tempodb} stands for its own subpackages too. */
    @Test
    void tableInTheDocsIsThisMap() {
        Map<String, List<String>> documented = documented();
        Map<String, Set<String>> expected = new TreeMap<>();
        MAY_USE.forEach((name, uses) -> {
            Set<String> shown = new TreeSet<>();
            for (String use : uses) {
                boolean named = use.startsWith("tempo.tempodb.")
                        && documented.getOrDefault(name, List.of()).contains("tempodb");
                boolean own = use.startsWith(name + ".");
                if (!named && !own) {
                    shown.add(use.substring(ROOT.length() + 1));
                }
            }
            expected.put(name, shown);
        });
        Map<String, Set<String>> actual = new TreeMap<>();
        documented.forEach((name, uses) -> actual.put(name, new TreeSet<>(uses)));
        assertEquals(expected, actual);
    }

    private static Map<String, List<String>> documented() {
        Map<String, List<String>> table = new HashMap<>();
        Pattern row = Pattern.compile("\\| ((?:`tempo[a-z0-9.]+`(?:, )?)+) \\|.*\\| ([^|]*) \\|");
        for (String line : MainCode.lines(Path.of("docs/architecture.md"))) {
            Matcher matcher = row.matcher(line);
            if (matcher.matches()) {
                String uses = matcher.group(2).startsWith("nothing") ? "" : matcher.group(2);
                List<String> names = uses.isEmpty() ? List.of() : List.of(uses.split(", "));
                for (String name : matcher.group(1).split(", ")) {
                    table.put(name.replace("`", ""), names);
                }
            }
        }
        assertTrue(table.size() > 10, "docs/architecture.md has lost its table of packages");
        return table;
    }
}
