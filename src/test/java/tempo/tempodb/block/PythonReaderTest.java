package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tempo.span.TraceKey;
import tempo.span.WireWriter;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.spans.RandomOtlp;

/** A reader written from the documentation alone finds nothing wrong with a block, and the same bytes in it. */
class PythonReaderTest {
    private static final Path READER = Path.of("tools", "block_reader.py");

    private final MemoryObjectStore store = new MemoryObjectStore();

    @TempDir
    private Path directory;

    @BeforeAll
    static void python() throws IOException {
        Path output = Files.createTempFile("python", "");
        try {
            int exitCode = run(output, "python3", "-c", "import zstandard");
            assumeTrue(exitCode == 0, "python3 with the package zstandard is missing: " + Files.readString(output));
        } catch (IOException e) {
            assumeTrue(false, "python3 is missing: " + e);
        } finally {
            Files.delete(output);
        }
    }

    private static int run(Path output, String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IOException("interrupted", e);
        }
    }

    private Path stored(BlockMeta meta) throws IOException {
        for (String name : List.of(meta.spec().dataName(), meta.spec().metaName())) {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, store.content(name));
        }
        return directory.resolve(meta.spec().metaName());
    }

    private String reader(int exitCode, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("python3", READER.toString()));
        command.addAll(List.of(arguments));
        Path output = directory.resolve("output");
        int actual = run(output, command.toArray(String[]::new));
        String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
        assertEquals(exitCode, actual, text);
        return text;
    }

    /** That the Python reader has no complaint, and reads what the Java reader does. */
    private void assertReadAlike(BlockMeta meta) throws IOException {
        String file = stored(meta).toString();
        assertEquals("", reader(0, "check", file));
        Path raw = directory.resolve("raw");
        List<String> heads =
                reader(0, "dump", file, "--raw", raw.toString()).lines().toList();
        BlockCursor cursor = Blocks.open(store, meta).cursor(Blocks.FIRST, Blocks.LAST);
        int entries = 0;
        while (cursor.next()) {
            byte[] expected = new byte[cursor.value().remaining()];
            cursor.value().get(expected);
            String head = heads.get(entries);
            assertTrue(
                    head.contains("key " + cursor.key() + " traceId "
                            + cursor.key().traceId().toHex()),
                    head);
            assertArrayEquals(expected, Files.readAllBytes(raw.resolve("%08d".formatted(entries))), head);
            entries++;
        }
        assertEquals(heads.size(), entries);
    }

    private static Blocks.Entry ofAnyTime(TraceKey key, byte[] value) {
        return new Blocks.Entry(key, value, 1, 0, Long.MAX_VALUE);
    }

    private static List<Blocks.Entry> traces(Random random, int traces, int spans, double odd) {
        TreeMap<TraceKey, byte[]> values = new TreeMap<>();
        for (int i = 0; i < traces; i++) {
            TraceKey key = new TraceKey(random.nextLong(), random.nextLong());
            boolean isOdd = random.nextDouble() < odd;
            values.put(key, new RandomOtlp(random, isOdd, key).entry(1 + random.nextInt(spans)));
        }
        List<Blocks.Entry> entries = new ArrayList<>();
        values.forEach((key, value) -> entries.add(ofAnyTime(key, value)));
        return entries;
    }

    /** Traces of spans that take next to no place, so that a block of few bytes has many groups. */
    private static List<Blocks.Entry> plain(int traces, int spans) {
        List<Blocks.Entry> entries = new ArrayList<>();
        for (int trace = 0; trace < traces; trace++) {
            TraceKey key = new TraceKey((long) trace << 48, trace);
            WireWriter out = new WireWriter(1024);
            int resource = out.begin(1);
            int scope = out.begin(2);
            for (int i = 0; i < spans; i++) {
                int span = out.begin(2);
                out.string(5, "operation " + (char) ('a' + i % 5));
                out.fixed64(7, 1_700_000_000_000_000_000L + trace * 1_000_000_000L + i);
                int attribute = out.begin(9);
                out.string(1, "url.path");
                int value = out.begin(2);
                out.string(1, "/cart/" + i);
                out.end(value);
                out.end(attribute);
                out.end(span);
            }
            out.end(scope);
            out.end(resource);
            entries.add(ofAnyTime(key, out.toByteArray()));
        }
        return entries;
    }

    @Test
    void opaqueValues() throws IOException {
        Random random = new Random(1);
        List<Blocks.Entry> entries = new ArrayList<>();
        for (Blocks.Entry entry : Blocks.entries(random, 700, 0, 0)) {
            for (int parts = random.nextInt(4) == 0 ? 3 : 1; parts > 0; parts--) {
                byte[] value = Blocks.value(random, random.nextInt(3000), random.nextDouble());
                entries.add(new Blocks.Entry(entry.key(), value, parts, 10 + parts, 20 + parts));
            }
        }
        entries.add(Blocks.Entry.of(Blocks.LAST, Blocks.value(random, 3 << 20, 0.5)));
        entries.add(Blocks.Entry.of(Blocks.LAST, new byte[0]));
        assertReadAlike(Blocks.write(store, entries));
    }

    @Test
    void oneOpaqueValue() throws IOException {
        assertReadAlike(Blocks.write(store, List.of(Blocks.Entry.of(Blocks.FIRST, new byte[] {1, 2, 3}))));
    }

    @Test
    void usualSpans() throws IOException {
        assertReadAlike(Blocks.write(store, BlockContent.SPANS, traces(new Random(2), 350, 40, 0)));
    }

    @Test
    void hostileSpans() throws IOException {
        assertReadAlike(Blocks.write(store, BlockContent.SPANS, traces(new Random(3), 350, 40, 1)));
    }

    @Test
    void aTraceThatGoesOnOverGroups() throws IOException {
        Random random = new Random(4);
        List<Blocks.Entry> entries = new ArrayList<>(traces(random, 9, 20, 0.5));
        TraceKey key = entries.get(4).key();
        for (int i = 0; i < 8; i++) {
            entries.add(5, ofAnyTime(key, new RandomOtlp(random, i == 0, key).entry(1500)));
        }
        assertReadAlike(Blocks.write(store, BlockContent.SPANS, entries));
    }

    @Test
    void aStripOfManyGroups() throws IOException {
        BlockMeta meta = Blocks.write(store, BlockContent.SPANS, plain(17, 4096));
        assertEquals(17, Blocks.open(store, meta).tail().groups().groups());
        assertReadAlike(meta);
    }

    @Test
    void aMergedBlockWithSegmentsOfOthers() throws IOException {
        MemoryObjectStore other = new MemoryObjectStore();
        BlockMeta first = Blocks.write(store, BlockContent.SPANS, plain(16, 4096));
        BlockMeta second = Blocks.write(other, BlockContent.SPANS, traces(new Random(5), 100, 30, 0.2));
        BlockSpec spec = new BlockSpec(
                "tenant", new UUID(5, 6), Blocks.WINDOW, 1, 7, List.of(Blocks.ID, new UUID(1, 2)), BlockContent.SPANS);
        try (ObjectWriter data = store.write(spec.dataName())) {
            BlockWriter writer = new BlockWriter(spec, data);
            List<BlockReader> readers = List.of(Blocks.open(store, first), Blocks.open(other, second));
            assertNotEquals(0, BlockMerge.run(readers, writer, key -> true).groupsCopied());
            BlockMeta merged = new BlockMeta(spec, writer.finish());
            data.commit();
            store.put(spec.metaName(), ByteBuffer.wrap(merged.encode()));
            assertReadAlike(merged);
        }
    }

    @Test
    void blocksOfEarlierVersions() throws IOException {
        Path golden = Path.of("src", "test", "resources", "golden");
        if (Files.exists(golden)) {
            try (Stream<Path> found = Files.walk(golden)) {
                for (Path file :
                        found.filter(path -> path.toString().endsWith(".meta")).toList()) {
                    assertEquals("", reader(0, "check", file.toString()));
                }
            }
        }
    }

    @Test
    void damageIsNoticedWithItsPlace() throws IOException {
        BlockMeta meta = Blocks.write(store, BlockContent.SPANS, traces(new Random(6), 200, 40, 0));
        BlockReader reader = Blocks.open(store, meta);
        byte[] data = store.content(meta.spec().dataName()).clone();
        int group = reader.tail().groups().groups() - 1;
        long end = reader.tail().groups().offset(group) + reader.tail().groups().length(group);
        data[(int) end - 1] ^= 1;
        store.replace(meta.spec().dataName(), data);
        String problems = reader(1, "check", stored(meta).toString());
        assertTrue(problems.contains("group " + group + ": page "), problems);
        assertFalse(problems.contains("Traceback"), problems);
    }
}
