package tempo.tempodb.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tempo.tempodb.backend.MemoryObjectStore;
import tempo.tempodb.backend.ObjectWriter;

/** A data object can say what its commit record said. */
class RecordCopyTest {
    private final MemoryObjectStore store = new MemoryObjectStore();

    private BlockMeta write(BlockContent content, List<UUID> replaces) throws IOException {
        BlockSpec spec = new BlockSpec("tenant", UUID.randomUUID(), Blocks.WINDOW, 3, 77, replaces, content);
        try (ObjectWriter data = store.write(spec.dataName())) {
            BlockWriter writer = new BlockWriter(spec, data);
            for (Blocks.Entry entry : Blocks.entries(new Random(1), 40, content == BlockContent.SPANS ? 0 : 9_000, 1)) {
                writer.add(entry.key(), ByteBuffer.wrap(entry.value()), entry.spans(), entry.oldest(), entry.newest());
            }
            BlockMeta meta = new BlockMeta(spec, writer.finish());
            data.commit();
            return meta;
        }
    }

    private BlockMeta copy(BlockMeta meta) throws IOException {
        String data = meta.spec().dataName();
        return RecordCopy.read(
                meta.spec().metaName(),
                (offset, length) -> store.read(data, offset, length),
                store.content(data).length);
    }

    @Test
    void itIsTheSameByteForByte() throws IOException {
        for (BlockContent content : BlockContent.values()) {
            List<UUID> many = Stream.generate(UUID::randomUUID)
                    .limit(BlockSpec.REPLACES_MAX)
                    .toList();
            for (List<UUID> replaces : List.of(List.<UUID>of(), List.of(UUID.randomUUID()), many)) {
                BlockMeta meta = write(content, replaces);
                assertArrayEquals(meta.encode(), copy(meta).encode());
            }
        }
    }

    /** Wherever a bit is wrong, it is the record or an error. */
    @Test
    void damageOfTheEndIsNeverAWrongRecord() throws IOException {
        BlockMeta meta = write(BlockContent.OPAQUE, List.of(UUID.randomUUID()));
        byte[] data = store.content(meta.spec().dataName()).clone();
        Random random = new Random(2);
        int errors = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] damaged = data.clone();
            damaged[data.length - 1 - random.nextInt(1200)] ^= (byte) (1 << random.nextInt(8));
            store.replace(meta.spec().dataName(), damaged);
            try {
                assertEquals(meta, copy(meta));
            } catch (CorruptBlockException | EOFException | UnsupportedBlockException damage) {
                errors++;
            }
        }
        assertEquals(true, errors > 1_000, errors + " errors");
    }

    @Test
    void anObjectThatIsCutShortHasNone() throws IOException {
        BlockMeta meta = write(BlockContent.OPAQUE, List.of());
        byte[] data = store.content(meta.spec().dataName()).clone();
        for (int length : new int[] {0, 1, 59, 60, 1000, data.length - 1}) {
            store.replace(meta.spec().dataName(), Arrays.copyOf(data, length));
            assertThrows(CorruptBlockException.class, () -> copy(meta));
        }
    }
}
