package tempo.tempodb.block;

import java.util.UUID;

/** What the values of a block are, and so how its groups are made. */
public enum BlockContent {
    /** Bytes that the format does not look into, compressed some together. */
    OPAQUE(0, "opaque"),

    /** Serialized {@code TracesData} of OTLP, taken apart into columns. */
    SPANS(1, "spans");

    private final int code;
    private final String text;

    BlockContent(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /** What the footer says. */
    int code() {
        return code;
    }

    /** What the commit record says. */
    String text() {
        return text;
    }

    long requiredFeatures() {
        return this == SPANS ? BlockLayout.FEATURE_SPANS : 0;
    }

    static BlockContent of(int code, UUID blockId) throws UnsupportedBlockException {
        for (BlockContent content : values()) {
            if (content.code == code) {
                return content;
            }
        }
        throw new UnsupportedBlockException(blockId, "block's content kind is not known here: " + code);
    }

    static BlockContent of(String text, UUID blockId) throws UnsupportedBlockException {
        for (BlockContent content : values()) {
            if (content.text.equals(text)) {
                return content;
            }
        }
        throw new UnsupportedBlockException(blockId, "block's content is not known here: " + text);
    }
}
