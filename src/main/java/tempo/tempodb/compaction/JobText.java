package tempo.tempodb.compaction;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.SealedJson;
import tempo.tempodb.block.ArrivalWindow;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockSpec;

/** A job as text: one JSON object with its checksum behind it. Fields that are not known are ignored. */
final class JobText {
    private JobText() {}

    static byte[] encode(CompactionJob job) {
        BlockSpec output = job.output();
        return SealedJson.seal(json -> {
            json.writeNumberField("job", job.number());
            json.writeStringField("created", job.created().toString());
            json.writeStringField("tenant", output.tenant());
            json.writeStringField("blockId", output.blockId().toString());
            json.writeNumberField("windowStartSeconds", output.window().startSeconds());
            json.writeNumberField("windowSeconds", output.window().seconds());
            json.writeNumberField("level", output.level());
            json.writeStringField("content", output.content().name());
            SealedJson.writeList(json, "replaces", output.replaces());
        });
    }

    /**
     * Reads the object called {@code name}.
     *
     * @throws IOException if it is damaged
     */
    static CompactionJob decode(String name, byte[] bytes) throws IOException {
        SealedJson fields = SealedJson.open(bytes, "job " + name);
        try {
            return job(fields);
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            throw new IOException("job " + name + " says what cannot be: " + e.getMessage(), e);
        }
    }

    private static CompactionJob job(SealedJson fields) {
        long number = number(fields, "job");
        BlockSpec output = new BlockSpec(
                text(fields, "tenant"),
                UUID.fromString(text(fields, "blockId")),
                new ArrivalWindow(number(fields, "windowStartSeconds"), number(fields, "windowSeconds")),
                Math.toIntExact(number(fields, "level")),
                number,
                fields.list("replaces").stream().map(UUID::fromString).toList(),
                BlockContent.valueOf(text(fields, "content")));
        return new CompactionJob(number, output, Instant.parse(text(fields, "created")));
    }

    private static long number(SealedJson fields, String name) {
        return required(fields.number(name), name);
    }

    private static String text(SealedJson fields, String name) {
        return required(fields.text(name), name);
    }

    private static <T> T required(@Nullable T value, String name) {
        if (value == null) {
            throw new IllegalArgumentException("it has no " + name);
        }
        return value;
    }
}
