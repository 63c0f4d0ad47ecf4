package tempo.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where settings come from. From weakest to strongest: {@code reference.conf} (the defaults), the user's file, environment
 * variables, options of the command line.
 *
 * <p>Which environment variable belongs to a key is said in {@code reference.conf} by a second line such as
 * {@code data-dir = ${?TEMPO_DATA_DIR}}. Resolving that line alone would leave the variable weaker than the file, so
 * the values that came from variables are laid over the file once more.
 */
public final class ConfigSources {
    /** The block that holds our own keys. */
    public static final String ROOT = "tempo";

    private static final Set<String> ROOTS = Set.of(ROOT, "akka", "kamon");
    private static final ConfigResolveOptions WITHOUT_ENVIRONMENT =
            ConfigResolveOptions.defaults().setUseSystemEnvironment(false);

    private ConfigSources() {}

    /**
     * The effective configuration, resolved: our own block and those of the libraries.
     *
     * @param environment as of {@link System#getenv()}
     * @param options values from the command line by full key
     * @throws InvalidConfigException if the file does not exist, cannot be parsed, or has blocks nobody reads
     */
    public static Config load(Optional<Path> file, Map<String, String> environment, Map<String, String> options) {
        Config variables = variables(environment);
        Config reference = ConfigFactory.parseResources("reference.conf");
        try {
            Config user = file.map(ConfigSources::parse).orElse(ConfigFactory.empty());
            return options(options)
                    .withFallback(fromVariables(reference, variables))
                    .withFallback(user)
                    .withFallback(ConfigFactory.parseResources("akka-defaults.conf"))
                    .withFallback(reference)
                    .withFallback(variables)
                    .withFallback(libraryProperties())
                    .resolve(WITHOUT_ENVIRONMENT);
        } catch (ConfigException e) {
            throw new InvalidConfigException(firstLine(e), e);
        }
    }

    /** The defaults alone, resolved as in an empty environment. */
    public static Config defaults() {
        return load(Optional.empty(), Map.of(), Map.of());
    }

    /** Full keys of all ports that a node listens on. */
    public static List<String> portKeys() {
        return defaults().getConfig(ROOT).entrySet().stream()
                .map(entry -> ROOT + "." + entry.getKey())
                .filter(key -> key.endsWith(".port"))
                .sorted()
                .toList();
    }

    private static Config parse(Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new InvalidConfigException(List.of("configuration file cannot be read: " + file));
        }
        ConfigParseOptions options = ConfigParseOptions.defaults().setAllowMissing(false);
        String name = file.getFileName().toString();
        ConfigSyntax syntax = name.endsWith(".json")
                ? ConfigSyntax.JSON
                : name.endsWith(".properties") ? ConfigSyntax.PROPERTIES : ConfigSyntax.CONF;
        Config parsed = ConfigFactory.parseFile(file.toFile(), options.setSyntax(syntax));
        List<String> problems = new ArrayList<>();
        parsed.root().forEach((root, value) -> {
            if (!ROOTS.contains(root)) {
                problems.add(root + " is not a known key (" + Origins.where(value.origin()) + "), did you mean " + ROOT
                        + "." + root + "?");
            }
        });
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
        return parsed;
    }

    /** Each variable as a value that knows which one it is. */
    private static Config variables(Map<String, String> environment) {
        Map<String, ConfigValue> values = new HashMap<>();
        environment.forEach((name, value) ->
                values.put(name, ConfigValueFactory.fromAnyRef(value, "environment variable " + name)));
        return ConfigValueFactory.fromMap(values).toConfig();
    }

    private static Config fromVariables(Config reference, Config variables) {
        Config resolved = reference
                .withFallback(variables)
                .withFallback(libraryProperties())
                .resolve(WITHOUT_ENVIRONMENT);
        Config result = ConfigFactory.empty();
        for (Map.Entry<String, ConfigValue> entry : resolved.getConfig(ROOT).entrySet()) {
            if (entry.getValue().origin().description().startsWith("environment variable ")) {
                result = result.withValue(ROOT + "." + entry.getKey(), entry.getValue());
            }
        }
        return result;
    }

    /** System properties are for libraries: ours would be one place more to look for a value. */
    private static Config libraryProperties() {
        return ConfigFactory.systemProperties().withoutPath(ROOT);
    }

    private static Config options(Map<String, String> options) {
        Config result = ConfigFactory.empty();
        for (Map.Entry<String, String> option : new TreeMap<>(options).entrySet()) {
            result =
                    result.withValue(option.getKey(), ConfigValueFactory.fromAnyRef(option.getValue(), "command line"));
        }
        return result;
    }

    private static String firstLine(ConfigException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
