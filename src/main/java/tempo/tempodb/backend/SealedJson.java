package tempo.tempodb.backend;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A small object of the store: one JSON object of texts, whole numbers and lists of texts, as {@link ChecksummedText}. What else is in
 * it is passed over.
 */
public final class SealedJson {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();
    private final Map<String, List<String>> lists = new HashMap<>();

    /** Lists of what is not only text. */
    private final Set<String> otherLists = new HashSet<>();

    private SealedJson() {}

    /** Writes the fields of an object. */
    public interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    /** The bytes to store for an object with these fields. */
    public static byte[] seal(Fields fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ChecksummedText.seal(text.toString());
    }

    /** Writes a list of texts, as each {@code toString} says it. */
    public static void writeList(JsonGenerator json, String name, List<?> elements) throws IOException {
        json.writeArrayFieldStart(name);
        for (Object element : elements) {
            json.writeString(element.toString());
        }
        json.writeEndArray();
    }

    /**
     * Reads what was sealed.
     *
     * @param what is being read, for the message
     * @throws com.fasterxml.jackson.core.exc.StreamReadException if it is not JSON
     * @throws IOException if the checksum is missing or wrong, or it is not an object
     */
    public static SealedJson open(byte[] sealed, String what) throws IOException {
        SealedJson read = new SealedJson();
        try (JsonParser json = JSON.createParser(ChecksummedText.open(sealed, what))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException(what + " is not a JSON object");
            }
            for (@Nullable String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                read.readField(json, name);
            }
        }
        return read;
    }

    private void readField(JsonParser json, String name) throws IOException {
        JsonToken token = json.nextToken();
        if (token == JsonToken.VALUE_STRING) {
            texts.put(name, json.getText());
        } else if (token == JsonToken.VALUE_NUMBER_INT) {
            numbers.put(name, json.getLongValue());
        } else if (token == JsonToken.START_ARRAY) {
            readList(json, name);
        } else {
            json.skipChildren();
        }
    }

    private void readList(JsonParser json, String name) throws IOException {
        List<String> elements = new ArrayList<>();
        boolean ofTexts = true;
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (token == JsonToken.VALUE_STRING) {
                elements.add(json.getText());
            } else {
                ofTexts = false;
                json.skipChildren();
            }
        }
        if (ofTexts) {
            lists.put(name, elements);
        } else {
            otherLists.add(name);
        }
    }

    /** The text of a field; null if there is none. */
    public @Nullable String text(String name) {
        return texts.get(name);
    }

    /** The number of a field; null if there is none. */
    public @Nullable Long number(String name) {
        return numbers.get(name);
    }

    /**
     * The texts of a list; none if there is none.
     *
     * @throws IllegalArgumentException if there is something else in it
     */
    public List<String> list(String name) {
        if (otherLists.contains(name)) {
            throw new IllegalArgumentException(name + " is not a list of texts");
        }
        return lists.getOrDefault(name, List.of());
    }
}
