package tempo.tempodb.block;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import tempo.tempodb.backend.SealedJson;

/**
 * Says of a block that it was found damaged: an object beside its commit record. Queries read what they can of it and say what they cannot,
 * until what is whole of it is in another block.
 *
 * @param reason what was found, at most 500 characters
 * @param at when; of a mark that cannot be read, the beginning of 1970
 */
public record BadMark(String reason, Instant at) {
    /** Largest mark. */
    public static final int BYTES_MAX = 4096;

    private static final int REASON_CHARS_MAX = 500;

    public BadMark {
        reason = reason.substring(0, Math.min(reason.length(), REASON_CHARS_MAX));
    }

    /** False if the mark is itself damaged, or was never one: since when it is there is not known. */
    public boolean isReadable() {
        return !at.equals(Instant.EPOCH);
    }

    /** The bytes of the object. */
    public byte[] encode() {
        return SealedJson.seal(json -> {
            json.writeStringField("bad", at.toString());
            json.writeStringField("reason", reason);
        });
    }

    /** Reads a mark; one that is itself damaged marks the block all the same. */
    public static BadMark decode(byte[] bytes) {
        try {
            SealedJson mark = SealedJson.open(bytes, "mark");
            return new BadMark(
                    Objects.requireNonNullElse(mark.text("reason"), "no reason was given"),
                    Instant.parse(Objects.requireNonNullElse(mark.text("bad"), "")));
        } catch (IOException | DateTimeException damaged) {
            return new BadMark("it is marked as damaged, and the mark cannot be read", Instant.EPOCH);
        }
    }
}
