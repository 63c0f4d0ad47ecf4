package tempo.tempodb.block;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamReadException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.tempodb.backend.ChecksummedText;

/** A commit record as text: one JSON object with its checksum behind it. Fields that are not known are ignored. */
final class BlockMetaText {
    private static final JsonFactory JSON = new JsonFactory();

    private BlockMetaText() {}

    static byte[] encode(BlockMeta meta) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            writeFormat(json, meta.spec().content());
            writeSpec(json, meta.spec());
            writeSummary(json, meta.summary());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ChecksummedText.seal(text.toString());
    }

    static BlockMeta decode(String name, byte[] bytes, UUID blockId) throws IOException {
        BlockPlace place = BlockPlace.block(blockId);
        String text;
        try {
            text = ChecksummedText.open(bytes, "commit record " + name);
        } catch (IOException e) {
            throw place.corrupt(e.getMessage() == null ? "commit record is damaged" : e.getMessage());
        }
        Fields fields = new Fields(place);
        try (JsonParser json = JSON.createParser(text)) {
            fields.read(json);
        } catch (StreamReadException e) {
            throw place.corrupt("commit record is not JSON (" + e.getOriginalMessage() + ")");
        }
        requireReadable(blockId, fields.number("formatMajor"), fields.number("requiredFeatures"));
        return new BlockMeta(spec(fields, blockId), summary(fields));
    }

    /** Refuses what this version of the format could only misread. */
    static void requireReadable(UUID blockId, long major, long requiredFeatures) throws UnsupportedBlockException {
        if (major != BlockLayout.MAJOR) {
            throw new UnsupportedBlockException(
                    blockId, "block format must be " + BlockLayout.MAJOR + " but is " + major);
        }
        long unknown = requiredFeatures & ~BlockLayout.REQUIRED_FEATURES_KNOWN;
        if (unknown != 0) {
            throw new UnsupportedBlockException(
                    blockId, "block needs features that are not known here: " + Long.toHexString(unknown));
        }
    }

    private static void writeFormat(JsonGenerator json, BlockContent content) throws IOException {
        json.writeNumberField("formatMajor", BlockLayout.MAJOR);
        json.writeNumberField("formatMinor", BlockLayout.MINOR);
        json.writeNumberField("requiredFeatures", content.requiredFeatures());
        json.writeNumberField("optionalFeatures", 0L);
        json.writeStringField("content", content.text());
    }

    private static void writeSpec(JsonGenerator json, BlockSpec spec) throws IOException {
        json.writeStringField("tenant", spec.tenant());
        json.writeStringField("blockId", spec.blockId().toString());
        json.writeNumberField("windowStartSeconds", spec.window().startSeconds());
        json.writeNumberField("windowSeconds", spec.window().seconds());
        json.writeNumberField("level", spec.level());
        json.writeNumberField("writerEpoch", spec.writerEpoch());
        json.writeArrayFieldStart("replaces");
        for (UUID replaced : spec.replaces()) {
            json.writeString(replaced.toString());
        }
        json.writeEndArray();
    }

    private static void writeSummary(JsonGenerator json, BlockSummary summary) throws IOException {
        json.writeStringField("keyMin", summary.keyMin().toString());
        json.writeStringField("keyMax", summary.keyMax().toString());
        json.writeNumberField("startMinUnixNanos", summary.startMin());
        json.writeNumberField("startMaxUnixNanos", summary.startMax());
        json.writeNumberField("traces", summary.traces());
        json.writeNumberField("entries", summary.entries());
        json.writeNumberField("spans", summary.spans());
        json.writeNumberField("rawBytes", summary.rawBytes());
        json.writeNumberField("dataBytes", summary.dataBytes());
        json.writeNumberField("tailOffset", summary.tailOffset());
        json.writeNumberField("footerBytes", summary.footerBytes());
        json.writeNumberField("footerCrc32c", Integer.toUnsignedLong(summary.footerCrc()));
    }

    private static BlockSpec spec(Fields fields, UUID blockId) throws IOException {
        return new BlockSpec(
                fields.text("tenant"),
                UUID.fromString(fields.text("blockId")),
                new ArrivalWindow(fields.number("windowStartSeconds"), fields.number("windowSeconds")),
                fields.integer("level"),
                fields.number("writerEpoch"),
                fields.replaces,
                BlockContent.of(fields.text("content"), blockId));
    }

    private static BlockSummary summary(Fields fields) throws IOException {
        return new BlockSummary(
                fields.key("keyMin"),
                fields.key("keyMax"),
                fields.number("startMinUnixNanos"),
                fields.number("startMaxUnixNanos"),
                fields.number("traces"),
                fields.number("entries"),
                fields.number("spans"),
                fields.number("rawBytes"),
                fields.number("dataBytes"),
                fields.number("tailOffset"),
                fields.integer("footerBytes"),
                (int) fields.number("footerCrc32c"));
    }

    /** The object's fields as read: texts, whole numbers, and the one list. */
    private static final class Fields {
        private final BlockPlace place;
        private final Map<String, String> texts = new HashMap<>();
        private final Map<String, Long> numbers = new HashMap<>();
        private final List<UUID> replaces = new ArrayList<>();

        Fields(BlockPlace place) {
            this.place = place;
        }

        void read(JsonParser json) throws IOException {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw place.corrupt("commit record is not a JSON object");
            }
            for (@Nullable String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                JsonToken token = json.nextToken();
                if (token == JsonToken.VALUE_STRING) {
                    texts.put(name, json.getText());
                } else if (token == JsonToken.VALUE_NUMBER_INT) {
                    numbers.put(name, json.getLongValue());
                } else if (token == JsonToken.START_ARRAY && name.equals("replaces")) {
                    while (json.nextToken() == JsonToken.VALUE_STRING) {
                        replaces.add(UUID.fromString(json.getText()));
                    }
                } else {
                    json.skipChildren();
                }
            }
        }

        String text(String name) throws CorruptBlockException {
            String value = texts.get(name);
            if (value == null) {
                throw place.corrupt("commit record has no " + name);
            }
            return value;
        }

        long number(String name) throws CorruptBlockException {
            Long value = numbers.get(name);
            if (value == null) {
                throw place.corrupt("commit record has no " + name);
            }
            return value;
        }

        int integer(String name) throws CorruptBlockException {
            long value = number(name);
            if (value != (int) value) {
                throw place.corrupt("commit record's " + name + " is out of range: " + value);
            }
            return (int) value;
        }

        TraceKey key(String name) throws CorruptBlockException {
            String hex = text(name);
            TraceId halves =
                    TraceId.parse(hex).orElseThrow(() -> place.corrupt("commit record's " + name + " is no key"));
            return new TraceKey(halves.high(), halves.low());
        }
    }
}
