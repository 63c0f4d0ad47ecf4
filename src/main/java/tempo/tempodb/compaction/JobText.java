package tempo.tempodb.compaction;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.ChecksummedText;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockSpec;

/** A job as text: one JSON object with its checksum behind it. Fields that are not known are ignored. */
final class JobText {
    private static final JsonFactory JSON = new JsonFactory();

    private JobText() {}

    static byte[] encode(CompactionJob job) {
        StringWriter text = new StringWriter();
        BlockSpec output = job.output();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeNumberField("job", job.number());
            json.writeStringField("created", job.created().toString());
            json.writeStringField("tenant", output.tenant());
            json.writeStringField("blockId", output.blockId().toString());
            json.writeNumberField("windowStartSeconds", output.window().startSeconds());
            json.writeNumberField("windowSeconds", output.window().seconds());
            json.writeNumberField("level", output.level());
            json.writeStringField("content", output.content().name());
            json.writeArrayFieldStart("replaces");
            for (UUID input : output.replaces()) {
                json.writeString(input.toString());
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ChecksummedText.seal(text.toString());
    }

    /**
     * Reads the object called {@code name}.
     *
     * @throws IOException if it is damaged
     */
    static CompactionJob decode(String name, byte[] bytes) throws IOException {
        Map<String, String> fields = new HashMap<>();
        List<UUID> replaces = new ArrayList<>();
        try (JsonParser json = JSON.createParser(ChecksummedText.open(bytes, "job " + name))) {
            json.nextToken();
            for (@Nullable String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken token = json.nextToken();
                if (token == JsonToken.START_ARRAY && field.equals("replaces")) {
                    while (json.nextToken() == JsonToken.VALUE_STRING) {
                        replaces.add(UUID.fromString(json.getText()));
                    }
                } else if (token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_INT) {
                    fields.put(field, json.getText());
                } else {
                    json.skipChildren();
                }
            }
            return job(fields, replaces);
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            throw new IOException("job " + name + " says what cannot be: " + e.getMessage(), e);
        }
    }

    private static CompactionJob job(Map<String, String> fields, List<UUID> replaces) {
        long number = number(fields, "job");
        BlockSpec output = new BlockSpec(
                text(fields, "tenant"),
                UUID.fromString(text(fields, "blockId")),
                new ArrivalWindow(number(fields, "windowStartSeconds"), number(fields, "windowSeconds")),
                Math.toIntExact(number(fields, "level")),
                number,
                replaces,
                BlockContent.valueOf(text(fields, "content")));
        return new CompactionJob(number, output, Instant.parse(text(fields, "created")));
    }

    private static long number(Map<String, String> fields, String name) {
        return Long.parseLong(text(fields, name));
    }

    private static String text(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("it has no " + name);
        }
        return value;
    }
}
