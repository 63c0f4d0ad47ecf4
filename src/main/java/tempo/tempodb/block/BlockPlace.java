package tempo.tempodb.block;

import java.util.UUID;

/** What is being read, to be named when it turns out to be damaged. */
record BlockPlace(UUID blockId, int group, int page) {
    static BlockPlace block(UUID blockId) {
        return new BlockPlace(blockId, CorruptBlockException.NONE, CorruptBlockException.NONE);
    }

    static BlockPlace group(UUID blockId, int group) {
        return new BlockPlace(blockId, group, CorruptBlockException.NONE);
    }

    BlockPlace page(int index) {
        return new BlockPlace(blockId, group, index);
    }

    CorruptBlockException corrupt(String what) {
        return new CorruptBlockException(blockId, group, page, what);
    }
}
