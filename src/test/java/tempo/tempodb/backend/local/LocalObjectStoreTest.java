package tempo.tempodb.backend.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectStoreContract;
import tempo.tempodb.backend.ObjectWriter;

final class LocalObjectStoreTest extends ObjectStoreContract {
    @TempDir
    Path directory = Path.of("unset");

    @Override
    protected ObjectStore open() throws IOException {
        return LocalObjectStore.open(directory);
    }

    @Test
    void sweepsWhatADeadProcessLeft() throws IOException {
        Path dead = directory.resolve(TemporaryFiles.DIRECTORY).resolve("dead");
        Files.createDirectories(dead);
        Files.write(dead.resolve("1"), new byte[100]);
        LocalObjectStore.open(directory).close();
        assertFalse(Files.exists(dead));
    }

    @Test
    void sweepsWhatAProcessLeftThatDiedMeanwhile() throws IOException {
        Path dead = directory.resolve(TemporaryFiles.DIRECTORY).resolve("dead");
        Files.createDirectories(dead);
        Files.write(dead.resolve("1"), new byte[100]);
        assertEquals(0, store.removeAbandonedWrites(Instant.EPOCH));
        assertEquals(1, store.removeAbandonedWrites(Instant.MAX));
        assertFalse(Files.exists(dead));
    }

    @Test
    void leavesTheTemporaryFilesOfAnotherStoreThatIsOpen() throws IOException {
        try (ObjectWriter writer = store.write("t/a")) {
            writer.write(ByteBuffer.wrap(new byte[10]));
            LocalObjectStore.open(directory).close();
            writer.commit();
        }
        assertEquals(10, store.head("t/a").bytes());
    }

    @Test
    void leavesNothingTemporaryBehind() throws IOException {
        store.put("t/a", ByteBuffer.allocate(10));
        store.putIfAbsent("t/b", ByteBuffer.allocate(10));
        store.putIfAbsent("t/b", ByteBuffer.allocate(10));
        store.write("t/c").abort();
        store.close();
        try (Stream<Path> left = Files.list(directory.resolve(TemporaryFiles.DIRECTORY))) {
            assertEquals(List.of(), left.toList());
        }
        store = open();
    }

    @Test
    void seesAtOnceWhatAnotherProcessReplaced() throws IOException {
        store.put("t/a", ByteBuffer.wrap(new byte[] {1}));
        assertArrayEquals(new byte[] {1}, store.read("t/a", 0, 1));
        try (ObjectStore other = open()) {
            other.put("t/a", ByteBuffer.wrap(new byte[] {2}));
        }
        assertArrayEquals(new byte[] {2}, store.read("t/a", 0, 1));
    }

    @Test
    void readsMoreFilesThanItKeepsOpen() throws IOException {
        for (int i = 0; i < 300; i++) {
            Files.createDirectories(directory.resolve("t"));
            Files.write(directory.resolve("t/" + i), new byte[] {(byte) i});
        }
        for (int i = 0; i < 600; i++) {
            assertArrayEquals(new byte[] {(byte) (i % 300)}, store.read("t/" + i % 300, 0, 1));
        }
    }

    @Test
    void survivesTheInterruptOfAnotherReader() throws Exception {
        store.put("t/a", ByteBuffer.wrap(new byte[] {7}));
        for (int i = 0; i < 50; i++) {
            CountDownLatch started = new CountDownLatch(1);
            Thread interrupted = new Thread(() -> {
                started.countDown();
                try {
                    while (true) {
                        store.read("t/a", 0, 1);
                    }
                } catch (IOException expected) {
                    return;
                }
            });
            interrupted.start();
            started.await();
            interrupted.interrupt();
            for (int read = 0; read < 20; read++) {
                assertArrayEquals(new byte[] {7}, store.read("t/a", 0, 1));
            }
            interrupted.join();
        }
    }

    @Test
    void removesDirectoriesThatBecomeEmpty() throws IOException {
        store.put("t/w/a", ByteBuffer.allocate(1));
        store.delete("t/w/a");
        assertFalse(Files.exists(directory.resolve("t")));
        assertTrue(Files.exists(directory));
    }
}
