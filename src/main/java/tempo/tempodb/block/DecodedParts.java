package tempo.tempodb.block;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Parts of blocks most recently used, checked and decoded, up to a number of bytes: tails, frames of trace directories, and segments.
 * Thread-safe; two threads may read the same part at once.
 */
public final class DecodedParts {
    private final long bytesMax;
    private final Map<Key, DecodedPart> parts = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private long hits;
    private long misses;

    public DecodedParts(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    private record Key(UUID block, BlockPart part, int number) {}

    /** How a part is got that is not here. */
    interface Loader<T extends DecodedPart> {
        T load() throws IOException;
    }

    /** A part of a block, loaded if it is not here. */
    <T extends DecodedPart> T get(UUID block, BlockPart part, int number, Class<T> type, Loader<T> loader)
            throws IOException {
        T known = lookUp(new Key(block, part, number), type);
        if (known != null) {
            return known;
        }
        T loaded = loader.load();
        put(block, part, number, loaded);
        return loaded;
    }

    /** A part of a block if it is here. */
    synchronized <T extends DecodedPart> @Nullable T peek(UUID block, BlockPart part, int number, Class<T> type) {
        DecodedPart known = parts.get(new Key(block, part, number));
        hits += known == null ? 0 : 1;
        return type.cast(known);
    }

    synchronized void put(UUID block, BlockPart part, int number, DecodedPart decoded) {
        DecodedPart old = parts.put(new Key(block, part, number), decoded);
        bytes += decoded.memoryBytes() - (old == null ? 0 : old.memoryBytes());
        Iterator<DecodedPart> eldestFirst = parts.values().iterator();
        while (bytes > bytesMax && eldestFirst.hasNext()) {
            bytes -= eldestFirst.next().memoryBytes();
            eldestFirst.remove();
        }
    }

    /** Forgets what there is of a block, whose bytes are to be read again, or which is gone. */
    public synchronized void forget(UUID block) {
        Iterator<Map.Entry<Key, DecodedPart>> all = parts.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Key, DecodedPart> each = all.next();
            if (each.getKey().block().equals(block)) {
                bytes -= each.getValue().memoryBytes();
                all.remove();
            }
        }
    }

    /** Memory taken. */
    public synchronized long bytes() {
        return bytes;
    }

    /** How often a part was here. */
    public synchronized long hits() {
        return hits;
    }

    /** How often a part had to be read. */
    public synchronized long misses() {
        return misses;
    }

    private synchronized <T extends DecodedPart> @Nullable T lookUp(Key key, Class<T> type) {
        DecodedPart known = parts.get(key);
        hits += known == null ? 0 : 1;
        misses += known == null ? 1 : 0;
        return type.cast(known);
    }
}
