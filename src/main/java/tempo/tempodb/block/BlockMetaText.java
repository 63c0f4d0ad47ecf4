package tempo.tempodb.block;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.exc.StreamReadException;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.tempodb.backend.SealedJson;

/** A commit record as text: one JSON object with its checksum behind it. Fields that are not known are ignored. */
final class BlockMetaText {
    private BlockMetaText() {}

    static byte[] encode(BlockMeta meta) {
        return SealedJson.seal(json -> {
            writeFormat(json, meta.spec().content());
            writeSpec(json, meta.spec());
            writeSummary(json, meta.summary());
        });
    }

    static BlockMeta decode(String name, byte[] bytes, UUID blockId) throws IOException {
        BlockPlace place = BlockPlace.block(blockId);
        Fields fields;
        try {
            fields = new Fields(place, SealedJson.open(bytes, "commit record " + name));
        } catch (StreamReadException e) {
            throw place.corrupt("commit record is not JSON (" + e.getOriginalMessage() + ")");
        } catch (IOException e) {
            throw place.corrupt(e.getMessage() == null ? "commit record is damaged" : e.getMessage());
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
        SealedJson.writeList(json, "replaces", spec.replaces());
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
                fields.json.list("replaces").stream().map(UUID::fromString).toList(),
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

    /** The object's fields, each of which has to be there. */
    private static final class Fields {
        private final BlockPlace place;
        private final SealedJson json;

        Fields(BlockPlace place, SealedJson json) {
            this.place = place;
            this.json = json;
        }

        String text(String name) throws CorruptBlockException {
            return required(json.text(name), name);
        }

        long number(String name) throws CorruptBlockException {
            return required(json.number(name), name);
        }

        private <T> T required(@Nullable T value, String name) throws CorruptBlockException {
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
