package tempo.tempodb.block;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.ChecksummedText;

/**
 * Says of a block that it was found damaged: an object beside its commit record. Queries leave the block out and say so, until what is
 * whole of it is in another block.
 *
 * @param reason what was found, at most 500 characters
 */
public record BadMark(String reason, Instant at) {
    /** Largest mark. */
    public static final int BYTES_MAX = 4096;

    private static final int REASON_CHARS_MAX = 500;
    private static final JsonFactory JSON = new JsonFactory();

    public BadMark {
        reason = reason.substring(0, Math.min(reason.length(), REASON_CHARS_MAX));
    }

    /** The bytes of the object. */
    public byte[] encode() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("bad", at.toString());
            json.writeStringField("reason", reason);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ChecksummedText.seal(text.toString());
    }

    /** Reads a mark; one that is itself damaged marks the block all the same. */
    public static BadMark decode(byte[] bytes) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(ChecksummedText.open(bytes, "mark"))) {
            json.nextToken();
            for (@Nullable String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                if (json.nextToken() == JsonToken.VALUE_STRING) {
                    fields.put(name, json.getText());
                } else {
                    json.skipChildren();
                }
            }
            return new BadMark(
                    fields.getOrDefault("reason", "no reason was given"),
                    Instant.parse(fields.getOrDefault("bad", "")));
        } catch (IOException | DateTimeException damaged) {
            return new BadMark("it is marked as damaged, and the mark cannot be read", Instant.EPOCH);
        }
    }
}
