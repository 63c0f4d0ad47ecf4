package tempo.tempodb.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every object store has to do. */
public abstract class ObjectStoreContract {
    protected ObjectStore store = new MemoryObjectStore();

    /** An empty store. */
    protected abstract ObjectStore open() throws IOException;

    @BeforeEach
    void openStore() throws IOException {
        store = open();
    }

    @AfterEach
    void closeStore() throws IOException {
        store.close();
    }

    @Test
    void readsBackAnyRangeOfWhatWasPut() throws IOException {
        byte[] content = new byte[3 << 20];
        new Random(1).nextBytes(content);
        store.put("t/w/a.tp", ByteBuffer.wrap(content));
        assertArrayEquals(content, store.read("t/w/a.tp", 0, content.length));
        assertArrayEquals(new byte[] {content[content.length - 1]}, store.read("t/w/a.tp", content.length - 1, 1));
        assertEquals(0, store.read("t/w/a.tp", 5, 0).length);
        assertEquals(content.length, store.head("t/w/a.tp").bytes());
    }

    @Test
    void replacesOnPut() throws IOException {
        put("a", "first");
        assertEquals("first", get("a", 5));
        put("a", "second one");
        assertEquals("second one", get("a", 10));
    }

    @Test
    void refusesToReadPastTheEnd() throws IOException {
        put("a", "12345");
        assertThrows(EOFException.class, () -> store.read("a", 3, 3));
        assertThrows(EOFException.class, () -> store.read("a", 100, 1));
        assertThrows(EOFException.class, () -> store.read("a", 0, Integer.MAX_VALUE - 100));
    }

    @Test
    void saysThatAnObjectIsMissing() throws IOException {
        put("dir/a", "1");
        assertThrows(NoSuchFileException.class, () -> store.read("b", 0, 1));
        assertThrows(NoSuchFileException.class, () -> store.head("b"));
        assertThrows(NoSuchFileException.class, () -> store.head("dir"));
        store.delete("b");
        store.delete("no/such/directory");
    }

    @Test
    void putsIfAbsentOnlyOnce() throws IOException {
        assertTrue(store.putIfAbsent("d/a", ByteBuffer.wrap("first".getBytes(UTF_8))));
        assertFalse(store.putIfAbsent("d/a", ByteBuffer.wrap("other".getBytes(UTF_8))));
        assertEquals("first", get("d/a", 5));
    }

    @Test
    void letsOneOfManyPutIfAbsent() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                byte[] content = ("writer " + i).getBytes(UTF_8);
                calls.add(() -> store.putIfAbsent("x/y/z", ByteBuffer.wrap(content)));
            }
            int winners = 0;
            for (Future<Boolean> call : threads.invokeAll(calls)) {
                winners += call.get() ? 1 : 0;
            }
            assertEquals(1, winners);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void showsAStreamedObjectOnlyAfterItsCommit() throws IOException {
        try (ObjectWriter writer = store.write("s/a")) {
            writer.write(ByteBuffer.wrap("one ".getBytes(UTF_8)));
            assertEquals(Set.of(), keys(""));
            writer.write(ByteBuffer.wrap("two".getBytes(UTF_8)));
            writer.commit();
            assertThrows(IllegalStateException.class, writer::commit);
        }
        assertEquals("one two", get("s/a", 7));
    }

    @Test
    void dropsAStreamedObjectThatIsAborted() throws IOException {
        try (ObjectWriter writer = store.write("s/a")) {
            writer.write(ByteBuffer.wrap(new byte[100]));
        }
        assertEquals(Set.of(), keys(""));
    }

    @Test
    void streamsAnObjectOfManyParts() throws IOException {
        byte[] piece = new byte[(1 << 20) + 7];
        Random random = new Random(2);
        byte[] content = new byte[20 * piece.length];
        try (ObjectWriter writer = store.write("s/large")) {
            for (int i = 0; i < 20; i++) {
                random.nextBytes(piece);
                System.arraycopy(piece, 0, content, i * piece.length, piece.length);
                writer.write(ByteBuffer.wrap(piece));
            }
            writer.commit();
        }
        assertEquals(content.length, store.head("s/large").bytes());
        assertArrayEquals(content, store.read("s/large", 0, content.length));
    }

    @Test
    void writesTheRestOfAPieceThatWasBegun() throws IOException {
        ByteBuffer piece = ByteBuffer.wrap("took, left, not yet".getBytes(UTF_8));
        try (ObjectWriter writer = store.write("s/a")) {
            writer.write(piece.position(6).limit(10));
            assertEquals(0, piece.remaining());
            writer.write(piece.asReadOnlyBuffer().limit(19));
            assertEquals(10, piece.position());
            writer.commit();
        }
        assertEquals("left, not yet", get("s/a", 13));
    }

    @Test
    void leavesWritesThatBeganLater() throws IOException {
        try (ObjectWriter writer = store.write("s/a")) {
            writer.write(ByteBuffer.wrap(new byte[100]));
            store.removeAbandonedWrites(Instant.EPOCH);
            writer.commit();
        }
        assertEquals(100, store.head("s/a").bytes());
    }

    @Test
    void saysWhenAnObjectBecameVisible() throws IOException {
        store.put("a", ByteBuffer.allocate(1));
        Instant seen = store.head("a").modified();
        store.list(
                "",
                object -> assertTrue(
                        Duration.between(object.modified(), seen).abs().toSeconds() <= 1));
    }

    @Test
    void listsMoreThanAPage() throws IOException {
        Set<String> expected = new TreeSet<>();
        for (int i = 0; i < 1_050; i++) {
            expected.add("many/" + i);
            put("many/" + i, "1");
        }
        assertEquals(expected, keys("many/"));
    }

    @Test
    void takesEveryCharacterOfValidKeys() throws IOException {
        String key = "AZaz09!._*'()-/A!z/~x";
        put(key, "123");
        assertEquals("123", get(key, 3));
        assertEquals(3, store.head(key).bytes());
        assertFalse(store.putIfAbsent(key, ByteBuffer.allocate(1)));
        assertEquals(Set.of(key), keys("AZaz09!._*'()-/"));
        store.delete(key);
        try (ObjectWriter writer = store.write(key)) {
            writer.write(ByteBuffer.allocate(9 << 20));
            writer.commit();
        }
        assertEquals(9 << 20, store.head(key).bytes());
        store.delete(key);
        assertEquals(Set.of(), keys(""));
    }

    @Test
    void listsByPrefix() throws IOException {
        put("t1/w/a.meta", "1");
        put("t1/w/b.meta", "22");
        put("t10/w/a.meta", "1");
        put("marker", "1");
        assertEquals(Set.of("t1/w/a.meta", "t1/w/b.meta", "t10/w/a.meta", "marker"), keys(""));
        assertEquals(Set.of("t1/w/a.meta", "t1/w/b.meta"), keys("t1/"));
        assertEquals(Set.of("t1/w/a.meta", "t1/w/b.meta", "t10/w/a.meta"), keys("t1"));
        assertEquals(Set.of("t1/w/b.meta"), keys("t1/w/b"));
        assertEquals(Set.of(), keys("none/at/all"));
    }

    @Test
    void listsWhatComesAfterAKey() throws IOException {
        for (String key : List.of("t/a", "t/b", "t/b1", "t/c", "u")) {
            put(key, "1");
        }
        assertEquals(List.of("t/b1", "t/c"), keysAfter("t/", "t/b"));
        assertEquals(List.of("t/a", "t/b", "t/b1", "t/c", "u"), keysAfter("", ""));
        assertEquals(List.of("t/c", "u"), keysAfter("", "t/b5"));
        assertEquals(List.of(), keysAfter("t/", "u"));
    }

    @Test
    void forgetsWhatIsDeleted() throws IOException {
        put("t/w/a", "1");
        assertEquals("1", get("t/w/a", 1));
        store.delete("t/w/a");
        assertThrows(NoSuchFileException.class, () -> store.read("t/w/a", 0, 1));
        assertEquals(Set.of(), keys(""));
        put("t/w/a", "2");
        assertEquals("2", get("t/w/a", 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "..",
                "../a",
                "a/../b",
                "a/..",
                "/etc/passwd",
                "a//b",
                "a/",
                ".",
                "a/./b",
                "a\\b",
                "a\0b",
                "a b",
                "#temporary/a",
                "é",
                "a\nb",
                "@",
                "~",
                "a~b",
                "~21",
                "c:x"
            })
    void refusesKeysThatAreNoPlainPath(String key) {
        assertThrows(IllegalArgumentException.class, () -> store.put(key, ByteBuffer.allocate(1)));
        assertThrows(IllegalArgumentException.class, () -> store.putIfAbsent(key, ByteBuffer.allocate(1)));
        assertThrows(IllegalArgumentException.class, () -> store.write(key));
        assertThrows(IllegalArgumentException.class, () -> store.read(key, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> store.head(key));
        assertThrows(IllegalArgumentException.class, () -> store.delete(key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "../", "a/../", "#temporary/", ".."})
    void refusesPrefixesThatLeadElsewhere(String prefix) {
        assertThrows(IllegalArgumentException.class, () -> keys(prefix));
    }

    private void put(String key, String content) throws IOException {
        store.put(key, ByteBuffer.wrap(content.getBytes(UTF_8)));
    }

    private String get(String key, int length) throws IOException {
        return new String(store.read(key, 0, length), UTF_8);
    }

    /** In the order of the listing where the store promises one. */
    private List<String> keysAfter(String prefix, String after) throws IOException {
        List<String> keys = new ArrayList<>();
        store.listAfter(prefix, after, object -> keys.add(object.key()));
        if (!store.listsInOrder()) {
            keys.sort(Comparator.naturalOrder());
        }
        return keys;
    }

    private Set<String> keys(String prefix) throws IOException {
        Set<String> keys = new TreeSet<>();
        store.list(prefix, object -> keys.add(object.key()));
        return keys;
    }
}
