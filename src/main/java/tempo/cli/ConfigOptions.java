package tempo.cli;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tempo.config.ConfigSources;

/** The options that say which settings a command works with. */
final class ConfigOptions {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Settings in HOCON; only what differs from the defaults.")
    private @Nullable Path file;

    @Option(names = "--data", paramLabel = "DIR", description = "Where to keep everything; the same as tempo.data-dir.")
    private @Nullable Path data;

    Config load(Map<String, String> environment) {
        return load(environment, Map.of());
    }

    /** {@code forced} has values by full key that no file or variable can change; {@code --data} still can. */
    Config load(Map<String, String> environment, Map<String, String> forced) {
        Map<String, String> options = new HashMap<>(forced);
        if (data != null) {
            options.put("tempo.data-dir", data.toString());
        }
        return ConfigSources.load(Optional.ofNullable(file), environment, options);
    }
}
