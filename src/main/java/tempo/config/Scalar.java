package tempo.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one component that is not a record accepts.
 *
 * <p>Values from the environment are always text, so numbers, booleans and comma-separated lists are also read from
 * strings. A duration needs its unit: a bare number would silently be milliseconds.
 *
 * @param expects completes "expects ..."
 * @param reader throws IllegalArgumentException if the value is something else
 */
record Scalar(String expects, Function<ConfigValue, Object> reader) {
    static Scalar of(RecordComponent component) {
        Class<?> type = component.getType();
        boolean isBytes =
                Arrays.asList(Keys.kebab(component.getName()).split("-")).contains("bytes");
        if (type == String.class) {
            return new Scalar("text", Scalar::text);
        }
        if (type == Duration.class) {
            return new Scalar("a duration with its unit, such as \"10 s\"", Scalar::duration);
        }
        if (type == long.class) {
            return isBytes
                    ? new Scalar("a size such as \"64 MiB\"", Scalar::bytes)
                    : new Scalar("a whole number", value -> Long.parseLong(text(value)));
        }
        if (type == int.class) {
            return isBytes
                    ? new Scalar("a size below 2 GiB such as \"64 MiB\"", value -> toInt(bytes(value)))
                    : new Scalar("a whole number", value -> Integer.parseInt(text(value)));
        }
        if (type == double.class) {
            return new Scalar("a number", Scalar::finite);
        }
        if (type == boolean.class) {
            return new Scalar("on or off", Scalar::bool);
        }
        if (type == Path.class) {
            return new Scalar("a path", Scalar::path);
        }
        if (type.isEnum()) {
            return new Scalar(
                    "one of " + names(type).collect(Collectors.joining(", ")), value -> constant(type, value));
        }
        if (isListOfStrings(component)) {
            return new Scalar("a list of texts", Scalar::texts);
        }
        throw new AssertionError("no reader for component " + component);
    }

    Object read(ConfigValue value) {
        return reader.apply(value);
    }

    private static boolean isListOfStrings(RecordComponent component) {
        return component.getType() == List.class
                && component.getGenericType() instanceof ParameterizedType generic
                && generic.getActualTypeArguments()[0] == String.class;
    }

    private static String text(ConfigValue value) {
        if (value.valueType() == ConfigValueType.OBJECT || value.valueType() == ConfigValueType.LIST) {
            throw new IllegalArgumentException("value is a " + value.valueType());
        }
        return value.unwrapped().toString().strip();
    }

    /** As HOCON, and also "min", which everybody writes and HOCON does not know. */
    private static Object duration(ConfigValue value) {
        String text = text(value);
        if (text.chars().noneMatch(Character::isLetter)) {
            throw new IllegalArgumentException("duration has no unit");
        }
        String known = text.endsWith("min") ? text.substring(0, text.length() - "in".length()) : text;
        try {
            return ConfigValueFactory.fromAnyRef(known).atKey("duration").getDuration("duration");
        } catch (ConfigException e) {
            throw new IllegalArgumentException("value is no duration", e);
        }
    }

    private static Long bytes(ConfigValue value) {
        try {
            return value.atKey("bytes").getBytes("bytes");
        } catch (ConfigException e) {
            throw new IllegalArgumentException("value is no size", e);
        }
    }

    private static Object toInt(long number) {
        if (number != (int) number) {
            throw new IllegalArgumentException("number does not fit into 32 bits");
        }
        return (int) number;
    }

    private static Object finite(ConfigValue value) {
        double number = Double.parseDouble(text(value));
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("number is not finite");
        }
        return number;
    }

    private static Object bool(ConfigValue value) {
        return switch (text(value).toLowerCase(Locale.ROOT)) {
            case "on", "true", "yes" -> true;
            case "off", "false", "no" -> false;
            default -> throw new IllegalArgumentException("value is no switch");
        };
    }

    private static Object path(ConfigValue value) {
        String text = text(value);
        if (text.isEmpty()) {
            throw new IllegalArgumentException("path is empty");
        }
        return Path.of(text);
    }

    private static Object constant(Class<?> type, ConfigValue value) {
        String text = text(value).toLowerCase(Locale.ROOT);
        for (Object constant : type.getEnumConstants()) {
            if (name(constant).equals(text)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("value is no constant");
    }

    private static Stream<String> names(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(Scalar::name);
    }

    private static String name(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Object texts(ConfigValue value) {
        if (value instanceof ConfigList list) {
            return list.stream().map(Scalar::text).toList();
        }
        return Stream.of(text(value).split(","))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }
}
