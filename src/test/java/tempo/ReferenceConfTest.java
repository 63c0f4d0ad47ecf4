package tempo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tempo.config.ConfigSources;
import tempo.config.EffectiveConfig;
import tempo.config.EffectiveConfig.Setting;

/** Each component of {@link Settings} has its key, comment and variable in reference.conf, and its row in the docs. */
final class ReferenceConfTest {
    private static final Path REFERENCE = Path.of("src/main/resources/reference.conf");
    private static final Path DOCS = Path.of("docs/configuration.md");
    private static final String TABLE_START = "<!-- keys -->\n";
    private static final String TABLE_END = "<!-- end of keys -->";

    private static Config reference() {
        return ConfigFactory.parseFile(REFERENCE.toFile())
                .resolve(ConfigResolveOptions.defaults().setUseSystemEnvironment(false));
    }

    private static List<Setting> settings() {
        return EffectiveConfig.settings(ConfigSources.defaults(), ConfigSources.ROOT, Settings.class);
    }

    private static String variable(String key) {
        return key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    private static String comment(String key) {
        return reference().getValue(key).origin().comments().stream()
                .map(String::strip)
                .collect(Collectors.joining(" "));
    }

    @Test
    void everyKeyIsReadAndEveryDefaultIsGood() {
        assertEquals(Path.of("./data"), Settings.of(ConfigSources.defaults()).dataDir());
    }

    @Test
    void exampleIsGood() {
        Optional<Path> example = Optional.of(Path.of("example/one-process/tempo.conf"));
        assertTrue(Settings.of(ConfigSources.load(example, Map.of(), Map.of()))
                .tenancy()
                .multiTenancy());
    }

    @Test
    void everyKeyHasAComment() {
        List<String> without = settings().stream()
                .map(Setting::key)
                .filter(key -> comment(key).isEmpty())
                .toList();
        assertEquals(List.of(), without);
    }

    @Test
    void everyKeyHasItsVariable() {
        List<String> without = new ArrayList<>();
        for (Setting setting : settings()) {
            Map<String, String> environment = Map.of(variable(setting.key()), "changed");
            ConfigValue value =
                    ConfigSources.load(Optional.empty(), environment, Map.of()).getValue(setting.key());
            if (!value.unwrapped().equals("changed")) {
                without.add(setting.key() + " should have a line with ${?" + variable(setting.key()) + "}");
            }
        }
        assertEquals(List.of(), without);
    }

    @Test
    void docsHaveEveryKeyAsReferenceConfSaysIt() throws IOException {
        String docs = Files.readString(DOCS);
        int start = docs.indexOf(TABLE_START) + TABLE_START.length();
        int end = docs.indexOf(TABLE_END);
        assertTrue(start >= TABLE_START.length() && end >= start, "docs/configuration.md has lost its table's marks");
        String table = table();
        if (Boolean.getBoolean("tempo.docs.write")) {
            Files.writeString(DOCS, docs.substring(0, start) + table + docs.substring(end));
        } else {
            assertEquals(
                    table,
                    docs.substring(start, end),
                    "docs/configuration.md is behind reference.conf; run this test with -Dtempo.docs.write=true");
        }
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| key | default | variable | meaning |\n| --- | --- | --- | --- |\n");
        for (Setting setting : settings()) {
            table.append("| `%s` | `%s` | `%s` | %s |%n"
                    .formatted(
                            setting.key(),
                            setting.value(),
                            variable(setting.key()),
                            comment(setting.key()).replace("|", "\\|")));
        }
        return table.toString();
    }
}
