package tempo.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValue;
import java.util.List;

/** What is in force, key by key, and who said so. */
public final class EffectiveConfig {
    private EffectiveConfig() {}

    /**
     * One key.
     *
     * @param key in full
     * @param value as it is written in a file; a secret is hidden
     * @param origin file and line, environment variable, or command line
     * @param changed whether the value differs from the default
     */
    public record Setting(String key, String value, String origin, boolean changed) {}

    /** The keys of {@code type} below {@code path}, in the order of declaration. */
    public static List<Setting> settings(Config config, String path, Class<? extends Record> type) {
        Config defaults = ConfigSources.defaults();
        return Keys.leaves(path, type).stream()
                .map(key -> setting(key, config.getValue(key), defaults.getValue(key)))
                .toList();
    }

    private static Setting setting(String key, ConfigValue value, ConfigValue byDefault) {
        boolean changed =
                !value.unwrapped().toString().equals(byDefault.unwrapped().toString());
        return new Setting(key, Origins.show(key, value), Origins.where(value.origin()), changed);
    }
}
