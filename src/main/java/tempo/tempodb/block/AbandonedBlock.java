package tempo.tempodb.block;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.ChecksummedText;
import tempo.tempodb.backend.SealedJson;

/**
 * What stands in the place of a block's commit record, put if absent, once its writer was given up: the writer cannot commit it any
 * more, and readers know that there is no block.
 *
 * @param reason for who looks into the store, at most 500 characters
 * @param replaces blocks of which nothing is left that is to be kept; readers ignore them as if there were a block in their place
 */
public record AbandonedBlock(String reason, List<UUID> replaces) {
    private static final String FIELD = "abandoned";
    private static final int REASON_CHARS_MAX = 500;
    private static final JsonFactory JSON = new JsonFactory();

    public AbandonedBlock {
        reason = reason.substring(0, Math.min(reason.length(), REASON_CHARS_MAX));
        replaces = List.copyOf(replaces);
    }

    /** The bytes of the record. */
    public byte[] encode() {
        return SealedJson.seal(json -> {
            json.writeStringField(FIELD, reason);
            SealedJson.writeList(json, "replaces", replaces);
        });
    }

    /** Reads a record; nothing if it is a commit record, or damaged. */
    public static Optional<AbandonedBlock> decode(byte[] record) {
        try (JsonParser json = JSON.createParser(ChecksummedText.open(record, "record"))) {
            json.nextToken();
            if (!FIELD.equals(json.nextFieldName())) {
                return Optional.empty();
            }
            json.nextToken();
            String reason = json.getText();
            List<UUID> replaces = new ArrayList<>();
            for (@Nullable String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                if (json.nextToken() == JsonToken.START_ARRAY && field.equals("replaces")) {
                    while (json.nextToken() == JsonToken.VALUE_STRING) {
                        replaces.add(UUID.fromString(json.getText()));
                    }
                } else {
                    json.skipChildren();
                }
            }
            return Optional.of(new AbandonedBlock(reason, replaces));
        } catch (IOException | IllegalArgumentException damaged) {
            return Optional.empty();
        }
    }
}
