package tempo.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;
import tempo.Settings;
import tempo.config.ConfigSources;

/** The files for Docker Compose say what the program understands, and fit each other: containers need a daemon to run, but this does not. */
final class ComposeTest {
    private static final Path DIRECTORY = Path.of("example/docker-compose");
    private static final Pattern ADDRESS =
            Pattern.compile("\\b(tempo|vulture|loki|prometheus|minio|gcs):(\\d{4,5})\\b");

    @SuppressWarnings("unchecked")
    private static Map<String, Object> yaml(String file) throws IOException {
        return (Map<String, Object>) Objects.requireNonNull(new Yaml().load(Files.readString(DIRECTORY.resolve(file))));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> services(String file) throws IOException {
        return (Map<String, Map<String, Object>>)
                Objects.requireNonNull(yaml(file).get("services"));
    }

    private static Object of(String file, String service, String key) throws IOException {
        Map<String, Object> fields = Objects.requireNonNull(services(file).get(service), service);
        return Objects.requireNonNull(fields.get(key), key);
    }

    private static Map<String, String> environment(String file) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>();
        ((Map<?, ?>) of(file, "tempo", "environment"))
                .forEach((name, value) -> environment.put(String.valueOf(name), String.valueOf(value)));
        return environment;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "docker-compose.s3.yaml", "docker-compose.gcs.yaml"})
    void theEnvironmentOfTheNodeIsGoodSettings(String over) throws IOException {
        Map<String, String> environment = environment("docker-compose.yaml");
        if (!over.isEmpty()) {
            environment.putAll(environment(over));
        }
        String reference = Files.readString(Path.of("src/main/resources/reference.conf"));
        environment.keySet().forEach(name -> assertTrue(reference.contains("${?" + name + "}"), name));
        Config config = ConfigSources.load(Optional.empty(), environment, Map.of());
        Settings settings = Settings.of(config);
        assertEquals("0.0.0.0", settings.api().http().host());
    }

    /** Whatever a container is told to call at the node is one of the node's ports that other containers reach. */
    @Test
    void addressesOfTheNodeArePortsThatItHas() throws IOException {
        Config config = ConfigSources.load(Optional.empty(), environment("docker-compose.yaml"), Map.of());
        Set<String> open = new HashSet<>();
        for (String key : ConfigSources.portKeys()) {
            if (config.getString(key.replaceFirst("port$", "host")).equals("0.0.0.0")) {
                open.add("tempo:" + config.getInt(key));
            }
        }
        // The ports of what is run beside it, as their images have them.
        open.addAll(Set.of("vulture:8080", "loki:3100", "prometheus:9090", "minio:9000", "gcs:4443"));
        Set<String> called = new HashSet<>();
        try (Stream<Path> files = Files.walk(DIRECTORY)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
                Matcher matcher = ADDRESS.matcher(Files.readString(file));
                while (matcher.find()) {
                    called.add(matcher.group());
                }
            }
        }
        Set<String> wrong = new HashSet<>(called);
        wrong.removeAll(open);
        assertEquals(Set.of(), wrong);
        assertTrue(called.size() >= 8, called.toString());
    }

    @Test
    void filesThatAreMountedExist() throws IOException {
        int mounted = 0;
        for (Map<String, Object> service : services("docker-compose.yaml").values()) {
            if (service.get("volumes") instanceof List<?> volumes) {
                for (Object volume : volumes) {
                    String from =
                            volume.toString().substring(0, volume.toString().indexOf(':'));
                    if (from.startsWith(".") && !from.endsWith("target/app/lib")) {
                        assertTrue(Files.exists(DIRECTORY.resolve(from)), from);
                        mounted++;
                    }
                }
            }
        }
        assertEquals(6, mounted);
    }

    @Test
    void optionsOfTheVultureExist() throws IOException {
        String options = Files.readString(Path.of("src/main/java/tempo/vulture/VultureOptions.java"))
                + Files.readString(Path.of("src/main/java/tempo/vulture/VultureCommand.java"));
        List<String> command = new ArrayList<>();
        ((List<?>) of("docker-compose.yaml", "vulture", "command")).forEach(word -> command.add(word.toString()));
        assertEquals("vulture", command.remove(0));
        for (String option : command) {
            String name = option.substring(0, option.indexOf('='));
            assertTrue(options.contains("\"" + name + "\""), name);
        }
    }
}
