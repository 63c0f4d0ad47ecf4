package tempo.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads one block of a configuration into a tree of records.
 *
 * <p>Component {@code traceIdle} is read from key {@code trace-idle}; a component that is a record is read from an
 * object. What a component's type accepts is in {@link Scalar}. Every component needs a value and every key needs a
 * component. An {@link IllegalArgumentException} of a record's constructor is reported with the key that its message
 * names.
 */
public final class ConfigReader {
    private final List<String> problems = new ArrayList<>();
    private final List<String> known;

    private ConfigReader(List<String> known) {
        this.known = known;
    }

    /**
     * Reads the object at {@code path}.
     *
     * @param config resolved
     * @throws InvalidConfigException naming every problem, not only the first
     */
    public static <T extends Record> T read(Config config, String path, Class<T> type) {
        ConfigReader reader = new ConfigReader(Keys.leaves(path, type));
        Object settings = reader.readRecord(path, config.getObject(path), type);
        if (settings == null || !reader.problems.isEmpty()) {
            throw new InvalidConfigException(reader.problems);
        }
        return type.cast(settings);
    }

    /** Null if a problem was added. */
    private @Nullable Object readRecord(String path, ConfigObject object, Class<?> type) {
        int problemsBefore = problems.size();
        Map<String, ConfigValue> unread = new TreeMap<>(object);
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] arguments = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String key = Keys.kebab(components[i].getName());
            arguments[i] = readComponent(path + "." + key, unread.remove(key), components[i]);
        }
        unread.forEach((key, value) -> addUnknown(path + "." + key, value));
        return problems.size() > problemsBefore ? null : construct(path, object, type, arguments);
    }

    private @Nullable Object readComponent(String path, @Nullable ConfigValue value, RecordComponent component) {
        if (value == null || value.valueType() == ConfigValueType.NULL) {
            problems.add(path + " has no value");
            return null;
        }
        if (component.getType().isRecord()) {
            if (value instanceof ConfigObject object) {
                return readRecord(path, object, component.getType());
            }
            addProblem(path, value, "expects an object");
            return null;
        }
        Scalar scalar = Scalar.of(component);
        try {
            return scalar.read(value);
        } catch (IllegalArgumentException e) {
            addProblem(path, value, "expects " + scalar.expects());
            return null;
        }
    }

    private @Nullable Object construct(String path, ConfigObject object, Class<?> type, @Nullable Object[] arguments) {
        try {
            return canonicalConstructor(type).newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                addRefusal(path, object, type, String.valueOf(refusal.getMessage()));
                return null;
            }
            throw new AssertionError("constructor of " + type.getName() + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("record " + type.getName() + " cannot be constructed", e);
        }
    }

    private static Constructor<?> canonicalConstructor(Class<?> type) throws NoSuchMethodException {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
        }
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return constructor;
    }

    /** The refusing record knows the component's name, but neither its full key nor where its value came from. */
    private void addRefusal(String path, ConfigObject object, Class<?> type, String message) {
        String refused = "";
        int refusedAt = Integer.MAX_VALUE;
        for (RecordComponent component : type.getRecordComponents()) {
            String key = Keys.kebab(component.getName());
            int at = message.indexOf(key);
            // The subject stands first; of two keys that begin there, one begins with the other.
            if (at >= 0 && (at < refusedAt || at == refusedAt && key.length() > refused.length())) {
                refused = key;
                refusedAt = at;
            }
        }
        ConfigValue value = object.get(refused);
        if (value == null) {
            problems.add(path + ": " + message + " (" + Origins.where(object.origin()) + ")");
        } else if (value instanceof ConfigObject) {
            problems.add(path + ": " + message);
        } else {
            String key = path + "." + refused;
            problems.add(key + ": " + message + ", it was set to " + Origins.show(key, value) + " ("
                    + Origins.where(value.origin()) + ")");
        }
    }

    private void addUnknown(String path, ConfigValue value) {
        String hint = Keys.nearest(path, known)
                .map(key -> ", did you mean " + key + "?")
                .orElse("");
        problems.add(path + " is not a known key, it was set to " + Origins.show(path, value) + " ("
                + Origins.where(value.origin()) + ")" + hint);
    }

    private void addProblem(String path, ConfigValue value, String problem) {
        problems.add(path + ": " + problem + " but was " + Origins.show(path, value) + " ("
                + Origins.where(value.origin()) + ")");
    }
}
