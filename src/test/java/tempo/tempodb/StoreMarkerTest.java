package tempo.tempodb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tempo.tempodb.backend.FaultyObjectStore;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.block.BlockNames;

class StoreMarkerTest {
    private final MemoryObjectStore store = new MemoryObjectStore();

    @Test
    void keepsWhatTheFirstNodeWrote() throws IOException {
        StoreMarker first = StoreMarker.readOrCreate(store, 64);
        assertEquals(64, first.rangeCount());
        assertEquals(first, StoreMarker.readOrCreate(store, 256));
    }

    @Test
    void agreesWithANodeThatWroteItInBetween() throws IOException {
        UUID other = new UUID(5, 5);
        StoreMarker mine = StoreMarker.readOrCreate(
                new FaultyObjectStore(store, 1_000, false) {
                    @Override
                    public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
                        StoreMarker.readOrCreate(store, 256, () -> other);
                        return super.putIfAbsent(key, content);
                    }
                },
                64);
        assertEquals(new StoreMarker(other, 256), mine);
    }

    @Test
    void refusesADamagedMarker() throws IOException {
        StoreMarker.readOrCreate(store, 64);
        byte[] content = store.content(BlockNames.MARKER);
        for (int i = 0; i < content.length; i++) {
            content[i] ^= 2;
            assertThrows(IOException.class, () -> StoreMarker.readOrCreate(store, 64));
            content[i] ^= 2;
        }
    }

    @Test
    void refusesRangeCountsOutOfBounds() {
        assertThrows(IllegalArgumentException.class, () -> StoreMarker.readOrCreate(store, 0));
        assertThrows(IllegalArgumentException.class, () -> StoreMarker.readOrCreate(store, 65_537));
    }
}
