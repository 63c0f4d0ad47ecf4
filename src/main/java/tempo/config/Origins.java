package tempo.config;

import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;

/** Where a value was set, and how it is shown, in few words. */
final class Origins {
    private static final int SHOWN_CHARACTERS_MAX = 200;

    private Origins() {}

    /** {@code tempo.conf: 12}, {@code reference.conf: 3} or {@code environment variable TEMPO_DATA_DIR}. */
    static String where(ConfigOrigin origin) {
        String source = origin.filename();
        if (source == null) {
            source = origin.resource();
        }
        if (source == null) {
            return origin.description();
        }
        return origin.lineNumber() < 0 ? source : source + ": " + origin.lineNumber();
    }

    /** The value as it is written in a file, cut if it is long, hidden if its key is a secret's. */
    static String show(String path, ConfigValue value) {
        if (Keys.isSecret(path) && !value.unwrapped().toString().isEmpty()) {
            return "<hidden>";
        }
        if (value.valueType() == ConfigValueType.OBJECT) {
            return "an object";
        }
        String shown = value.render(ConfigRenderOptions.concise());
        return shown.length() <= SHOWN_CHARACTERS_MAX ? shown : shown.substring(0, SHOWN_CHARACTERS_MAX) + "...";
    }
}
