package tempo.tempodb.block;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.ChecksummedText;

/**
 * What stands in the place of a block's commit record, put if absent, once its writer was given up: the writer cannot commit it any
 * more, and readers know that there is no block.
 */
public final class AbandonedBlock {
    /** Largest record. */
    public static final int BYTES_MAX = 4096;

    private static final String FIELD = "abandoned";
    private static final int REASON_CHARS_MAX = 500;
    private static final JsonFactory JSON = new JsonFactory();

    private AbandonedBlock() {}

    /** The bytes of the record. */
    public static byte[] encode(String reason, Instant at) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField(FIELD, at.toString());
            json.writeStringField("reason", reason.substring(0, Math.min(reason.length(), REASON_CHARS_MAX)));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ChecksummedText.seal(text.toString());
    }

    /** True if a record is of this kind and undamaged, and not a commit record. */
    public static boolean isOne(byte[] record) {
        if (record.length > BYTES_MAX) {
            return false;
        }
        try (JsonParser json = JSON.createParser(ChecksummedText.open(record, "record"))) {
            json.nextToken();
            @Nullable String first = json.nextFieldName();
            return FIELD.equals(first);
        } catch (IOException damaged) {
            return false;
        }
    }
}
