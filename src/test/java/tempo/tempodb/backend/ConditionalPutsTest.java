package tempo.tempodb.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ConditionalPutsTest {
    @Test
    void aStoreThatKeepsWhatIsThereIsTakenAtEveryStart() throws IOException {
        MemoryObjectStore store = new MemoryObjectStore();
        ConditionalPuts.require(store, UUID::randomUUID);
        byte[] first = store.content(ConditionalPuts.KEY).clone();
        ConditionalPuts.require(store, UUID::randomUUID);
        assertArrayEquals(first, store.content(ConditionalPuts.KEY));
    }

    @Test
    void aStoreThatIgnoresTheConditionIsRefusedAtEveryStart() {
        ObjectStore store = new FaultyObjectStore(new MemoryObjectStore(), Integer.MAX_VALUE, false) {
            @Override
            public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
                put(key, content);
                return true;
            }
        };
        for (int start = 0; start < 2; start++) {
            IOException refused =
                    assertThrows(IOException.class, () -> ConditionalPuts.require(store, UUID::randomUUID));
            assertTrue(String.valueOf(refused.getMessage()).contains("ignores the condition"), refused.getMessage());
        }
    }

    @Test
    void aStoreThatMayOnlyBeReadIsRefusedWithItsOwnWords() {
        ObjectStore store = new FaultyObjectStore(new MemoryObjectStore(), Integer.MAX_VALUE, false) {
            @Override
            public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
                throw new IOException("put of " + key + " failed: the store answered 403 AccessDenied");
            }
        };
        IOException refused = assertThrows(IOException.class, () -> ConditionalPuts.require(store, UUID::randomUUID));
        assertTrue(String.valueOf(refused.getMessage()).contains("403 AccessDenied"), refused.getMessage());
        assertTrue(String.valueOf(refused.getMessage()).contains("allow the node to put"), refused.getMessage());
    }
}
