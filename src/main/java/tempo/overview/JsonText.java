package tempo.overview;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import java.util.stream.Collectors;

/** Writes one JSON object, field after field. Not thread-safe. */
public final class JsonText {
    private final StringBuilder json = new StringBuilder("{");

    private JsonText() {}

    /** Begins one. */
    public static JsonText object() {
        return new JsonText();
    }

    /** A field with a text. */
    public JsonText text(String name, String value) {
        return raw(name, quoted(value));
    }

    /** A field with a whole number. */
    public JsonText number(String name, long value) {
        return raw(name, Long.toString(value));
    }

    JsonText bool(String name, boolean value) {
        return raw(name, Boolean.toString(value));
    }

    JsonText texts(String name, List<String> values) {
        return raw(name, values.stream().map(JsonText::quoted).collect(Collectors.joining(",", "[", "]")));
    }

    /** A field with what is JSON already. */
    public JsonText raw(String name, String value) {
        json.append(json.length() > 1 ? "," : "")
                .append(quoted(name))
                .append(':')
                .append(value);
        return this;
    }

    /** The object. */
    public String end() {
        return json + "}";
    }

    private static String quoted(String text) {
        return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
