package tempo.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How keys are named, and which known key a mistyped one was meant to be. */
final class Keys {
    /** Words that mark a value as not for the eyes of whoever reads a log. */
    private static final List<String> SECRET_WORDS = List.of("secret", "password", "passphrase", "token");

    private Keys() {}

    /** {@code traceIdle} becomes {@code trace-idle}. */
    static String kebab(String componentName) {
        StringBuilder key = new StringBuilder();
        for (char c : componentName.toCharArray()) {
            if (Character.isUpperCase(c)) {
                key.append('-').append(Character.toLowerCase(c));
            } else {
                key.append(c);
            }
        }
        return key.toString();
    }

    /** The environment variable that overrides a key: {@code tempo.data-dir} becomes {@code TEMPO_DATA_DIR}. */
    static String environmentVariable(String path) {
        return path.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    static boolean isSecret(String path) {
        String last = path.substring(path.lastIndexOf('.') + 1);
        return SECRET_WORDS.stream().anyMatch(last::contains);
    }

    /** The full keys of all components of {@code type} that are not records themselves, in the order of declaration. */
    static List<String> leaves(String path, Class<?> type) {
        List<String> keys = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String key = path + "." + kebab(component.getName());
            if (component.getType().isRecord()) {
                keys.addAll(leaves(key, component.getType()));
            } else {
                keys.add(key);
            }
        }
        return keys;
    }

    /** The known key that takes the fewest edits to reach, if fewer than half of the letters have to change. */
    static Optional<String> nearest(String unknown, List<String> known) {
        String best = null;
        int bestEdits = unknown.length() / 2;
        for (String candidate : known) {
            int edits = edits(unknown, candidate);
            if (edits < bestEdits) {
                best = candidate;
                bestEdits = edits;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Levenshtein's distance: insertions, deletions and replacements that turn {@code from} into {@code to}. */
    private static int edits(String from, String to) {
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] current = new int[to.length() + 1];
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
