package tempo.tempodb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tempo.span.TraceKey;
import tempo.tempodb.backend.local.LocalObjectStore;
import tempo.tempodb.block.BlockMeta;

/**
 * What a version has written is read by all that come after it. With {@code -Dtempo.golden.write=true} the blocks of this version
 * are made, where there are none; those that are there stay as they are.
 */
class GoldenBlocksTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");
    private static final String VERSION = "1.0";

    @TempDir
    private Path directory;

    private static List<Path> versions() throws IOException {
        if (!Files.exists(GOLDEN)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(GOLDEN)) {
            return found.sorted().toList();
        }
    }

    private static long bytes(Path directory) throws IOException {
        long bytes = 0;
        try (Stream<Path> found = Files.walk(directory)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> found = Files.walk(from)) {
            for (Path file : found.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> blocksOfThisVersionAndEarlierOnesAreRead() throws IOException {
        if (Boolean.getBoolean("tempo.golden.write") && !Files.exists(GOLDEN.resolve(VERSION))) {
            GoldenBlocks.make(GOLDEN.resolve(VERSION));
        }
        return versions().stream()
                .map(version -> DynamicTest.dynamicTest(version.getFileName().toString(), () -> assertRead(version)));
    }

    @Test
    void whatWouldBeKeptIsReadAndSmall() throws IOException {
        Path made = directory.resolve("made");
        GoldenBlocks.make(made);
        assertRead(made);
        assertTrue(bytes(made) < 400 << 10, bytes(made) + " bytes");
        TempoDb db = TempoDb.open(
                LocalObjectStore.open(made.resolve("store")), TempoDbConfig.DEFAULT, InstantSource.system());
        try (db) {
            BlockMeta merged = db.blocks("merged").visible().get(0);
            assertEquals(2, merged.spec().replaces().size());
        }
    }

    /** The store is copied: one that is opened writes to its directory. */
    private void assertRead(Path golden) throws IOException {
        Path copy = directory.resolve("copy");
        copy(golden.resolve("store"), copy);
        TempoDb db = TempoDb.open(LocalObjectStore.open(copy), TempoDbConfig.DEFAULT, InstantSource.system());
        try (db) {
            assertFalse(db.tenants().isEmpty());
            for (String tenant : db.tenants()) {
                assertEquals(1, db.blocks(tenant).visible().size(), tenant);
                List<GoldenBlocks.Entry> expected = GoldenBlocks.expected(golden, tenant);
                List<GoldenBlocks.Entry> read = GoldenBlocks.scan(db, tenant);
                assertEquals(expected.size(), read.size(), tenant);
                for (int i = 0; i < read.size(); i++) {
                    String place = tenant + ", entry " + i;
                    assertEquals(expected.get(i).key(), read.get(i).key(), place);
                    assertArrayEquals(
                            expected.get(i).value(),
                            GoldenBlocks.kept(read.get(i).value()),
                            place);
                    assertFound(db, tenant, expected.get(i).key(), expected);
                }
            }
            assertTrue(
                    db.tenants().containsAll(GoldenBlocks.TENANTS), db.tenants().toString());
        }
    }

    private static void assertFound(TempoDb db, String tenant, TraceKey key, List<GoldenBlocks.Entry> expected) {
        FindResult found = db.find(tenant, key);
        assertEquals(List.of(), found.failures());
        List<byte[]> values = expected.stream()
                .filter(entry -> entry.key().equals(key))
                .map(GoldenBlocks.Entry::value)
                .toList();
        assertArrayEquals(
                values.toArray(),
                found.values().stream().map(GoldenBlocks::kept).toArray(),
                tenant + ", " + key);
    }
}
