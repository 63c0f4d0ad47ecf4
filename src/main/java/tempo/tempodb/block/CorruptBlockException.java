package tempo.tempodb.block;

import java.io.IOException;
import java.util.UUID;

/** Stored bytes of a block are not what was written: damaged, truncated, or another block's. The rest stays readable. */
public final class CorruptBlockException extends IOException {
    /** In place of a group or page index: the damage is not in a single one. */
    public static final int NONE = -1;

    private final UUID blockId;
    private final int group;
    private final int page;

    CorruptBlockException(UUID blockId, int group, int page, String what) {
        super(what + ", block " + blockId + (group == NONE ? "" : " group " + group)
                + (page == NONE ? "" : " page " + page));
        this.blockId = blockId;
        this.group = group;
        this.page = page;
    }

    /** A block of which nothing can be read. */
    public static CorruptBlockException whole(UUID blockId, String what) {
        return new CorruptBlockException(blockId, NONE, NONE, what);
    }

    /** The damaged block. */
    public UUID blockId() {
        return blockId;
    }

    /** Index of the damaged group, or {@link #NONE} if it is the block's header, tail or commit record. */
    public int group() {
        return group;
    }

    /** Index of the damaged page in the group's page directory, or {@link #NONE}. */
    public int page() {
        return page;
    }
}
