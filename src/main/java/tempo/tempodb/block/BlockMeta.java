package tempo.tempodb.block;

import java.io.IOException;
import java.util.UUID;

/** A block's commit record: it exists once this object does, and what it says was true when it was written. */
public record BlockMeta(BlockSpec spec, BlockSummary summary) {
    /** Largest commit record that is read: {@link BlockSpec#REPLACES_MAX} ids and all the rest. */
    public static final int BYTES_MAX = 1 << 20;

    public UUID blockId() {
        return spec.blockId();
    }

    public String tenant() {
        return spec.tenant();
    }

    /** The bytes of the object {@link BlockSpec#metaName()}. */
    public byte[] encode() {
        return BlockMetaText.encode(this);
    }

    /**
     * Reads the object called {@code name}.
     *
     * @throws CorruptBlockException if its checksum is wrong, something is missing, or it belongs under another name
     * @throws UnsupportedBlockException if the block needs a newer reader
     */
    public static BlockMeta decode(String name, byte[] bytes) throws IOException {
        UUID blockId = BlockNames.ownerOfMeta(name)
                .orElseThrow(() -> new IllegalArgumentException("not a commit record's name: " + name))
                .blockId();
        BlockPlace place = BlockPlace.block(blockId);
        BlockMeta meta;
        try {
            meta = BlockMetaText.decode(name, bytes, blockId);
        } catch (IllegalArgumentException e) {
            throw place.corrupt("commit record says what cannot be (" + e.getMessage() + ")");
        }
        if (!meta.spec.metaName().equals(name)) {
            throw place.corrupt("commit record of " + meta.spec.metaName() + " is stored as " + name);
        }
        return meta;
    }
}
