package tempo.deploy;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The manifests for Kubernetes, as this checkout has them. */
final class Manifests {
    static final Path DIRECTORY = Path.of("deploy", "kubernetes");

    private Manifests() {}

    /**
     * A workload: a StatefulSet or a Deployment.
     *
     * @param environment of its container, without what comes from the pod's fields
     * @param ports of its container, by name
     */
    record Workload(
            String directory,
            Map<String, Object> manifest,
            Map<String, String> environment,
            Map<String, Integer> ports) {
        String name() {
            return string(manifest, "metadata", "name");
        }

        Map<String, Object> pod() {
            return map(manifest, "spec", "template", "spec");
        }

        Map<String, Object> container() {
            return list(pod(), "containers").get(0);
        }

        /** As Kubernetes would give it to a pod of that address. */
        Map<String, String> environment(String podIp) {
            Map<String, String> all = new LinkedHashMap<>();
            environment.forEach((name, value) -> all.put(name, value.replace("$(POD_IP)", podIp)));
            all.put("POD_IP", podIp);
            return all;
        }
    }

    static List<Map<String, Object>> all() throws IOException {
        List<Map<String, Object>> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                all.addAll(documents(file));
            }
        }
        return all;
    }

    static List<Workload> workloads() throws IOException {
        List<Workload> workloads = new ArrayList<>();
        for (String directory : List.of("one-node", "three-node", "by-role")) {
            Map<String, String> store = new LinkedHashMap<>();
            for (String line : Files.readAllLines(DIRECTORY.resolve(directory).resolve("store.env"))) {
                if (!line.startsWith("#") && line.contains("=")) {
                    store.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
                }
            }
            try (Stream<Path> files = Files.list(DIRECTORY.resolve(directory))) {
                for (Path file : files.filter(each -> each.toString().endsWith(".yaml"))
                        .sorted()
                        .toList()) {
                    for (Map<String, Object> document : documents(file)) {
                        if (List.of("StatefulSet", "Deployment").contains(document.get("kind"))) {
                            workloads.add(workload(directory, document, store));
                        }
                    }
                }
            }
        }
        return workloads;
    }

    private static Workload workload(String directory, Map<String, Object> manifest, Map<String, String> store) {
        Map<String, Object> container =
                list(map(manifest, "spec", "template", "spec"), "containers").get(0);
        Map<String, String> environment = new LinkedHashMap<>(store);
        for (Map<String, Object> each : list(container, "env")) {
            if (each.containsKey("value")) {
                environment.put(string(each, "name"), string(each, "value"));
            }
        }
        Map<String, Integer> ports = new LinkedHashMap<>();
        for (Map<String, Object> each : list(container, "ports")) {
            ports.put(string(each, "name"), (Integer) each.get("containerPort"));
        }
        return new Workload(directory, manifest, environment, ports);
    }

    private static List<Map<String, Object>> documents(Path file) throws IOException {
        List<Map<String, Object>> documents = new ArrayList<>();
        try (Reader reader = Files.newBufferedReader(file)) {
            for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(reader)) {
                documents.add(map(document));
            }
        }
        return documents;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(@Nullable Object value, String... path) {
        return (Map<String, Object>) at(value, path);
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> list(@Nullable Object value, String key) {
        Object list = ((Map<String, Object>) Objects.requireNonNull(value)).get(key);
        return list == null ? List.of() : (List<Map<String, Object>>) list;
    }

    static String string(Object value, String... path) {
        return String.valueOf(at(value, path));
    }

    @SuppressWarnings("unchecked")
    private static Object at(@Nullable Object value, String... path) {
        Object at = Objects.requireNonNull(value);
        for (String key : path) {
            at = Objects.requireNonNull(((Map<String, Object>) at).get(key), key);
        }
        return at;
    }
}
