package tempo.tempodb.backend.gcs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tempo.tempodb.backend.FaultProxy;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectStoreContract;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.TransientStoreException;

final class GcsObjectStoreTest extends ObjectStoreContract {
    private static @Nullable FakeGcsServer server;

    private String bucket = "";

    @BeforeAll
    static void startServer() throws IOException {
        server = FakeGcsServer.start();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected ObjectStore open() throws IOException {
        try {
            bucket = server().newBucket();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return open("");
    }

    private ObjectStore open(String prefix) throws IOException {
        return GcsObjectStore.open(GcsConfigs.of(server().address(), bucket, prefix));
    }

    private static FakeGcsServer server() {
        return Objects.requireNonNull(server);
    }

    @Test
    void keepsToItsPrefix() throws IOException {
        try (ObjectStore inner = open("deep/down");
                ObjectStore beside = open("deep/downtown")) {
            inner.put("t/a", ByteBuffer.wrap(new byte[] {1}));
            beside.put("t/b", ByteBuffer.wrap(new byte[] {2}));
            assertEquals(Set.of("t/a"), keys(inner));
            assertEquals(Set.of("t/b"), keys(beside));
            assertEquals(Set.of("deep/down/t/a", "deep/downtown/t/b"), keys(store));
            assertArrayEquals(new byte[] {1}, store.read("deep/down/t/a", 0, 1));
            try (ObjectWriter writer = inner.write("t/c")) {
                writer.write(ByteBuffer.wrap(new byte[GcsConfig.CHUNK_UNIT_BYTES + 1]));
                writer.commit();
            }
            assertEquals(GcsConfig.CHUNK_UNIT_BYTES + 1, inner.head("t/c").bytes());
            inner.delete("t/a");
            assertEquals(Set.of("t/c"), keys(inner));
            assertEquals(Set.of("t/b"), keys(beside));
        }
    }

    @Test
    void listsNothingThatNoKeyNames() throws IOException {
        try (ObjectStore inner = open("deep")) {
            inner.put("t/a", ByteBuffer.allocate(1));
        }
        store.put("deeper", ByteBuffer.allocate(1));
        try (ObjectStore inner = open("deep")) {
            assertEquals(Set.of("t/a"), keys(inner));
        }
    }

    @Test
    void streamsObjectsWhoseSizesAreAroundThatOfAChunk() throws IOException {
        int chunk = GcsConfig.CHUNK_UNIT_BYTES;
        for (int bytes : new int[] {0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 1}) {
            byte[] content = new byte[bytes];
            new Random(bytes).nextBytes(content);
            try (ObjectWriter writer = store.write("s/" + bytes)) {
                writer.write(ByteBuffer.allocateDirect(bytes).put(content).flip());
                writer.commit();
            }
            assertArrayEquals(content, store.read("s/" + bytes, 0, bytes));
            assertEquals(bytes, store.head("s/" + bytes).bytes());
        }
    }

    @Test
    void replacesAnObjectByAStreamedOne() throws IOException {
        store.put("a", ByteBuffer.allocate(7));
        Instant before = store.head("a").modified();
        try (ObjectWriter writer = store.write("a")) {
            writer.write(ByteBuffer.allocate(2 * GcsConfig.CHUNK_UNIT_BYTES + 3));
            assertEquals(7, store.head("a").bytes());
            writer.commit();
        }
        assertEquals(2 * GcsConfig.CHUNK_UNIT_BYTES + 3, store.head("a").bytes());
        assertEquals(false, store.head("a").modified().isBefore(before));
    }

    @Test
    void whatIsDamagedOnItsWayToTheStoreIsRefusedOrToldAtTheCommit() throws IOException {
        byte[] content = new byte[3 * GcsConfig.CHUNK_UNIT_BYTES + 5];
        new Random(4).nextBytes(content);
        try (FaultProxy proxy = FaultProxy.start(URI.create(server().address()).getPort(), 3);
                ObjectStore damaging =
                        GcsObjectStore.open(GcsConfigs.of("http://127.0.0.1:" + proxy.port(), bucket, ""))) {
            proxy.set(FaultProxy.Fault.DAMAGE, 1);
            assertThrows(TransientStoreException.class, () -> damaging.put("put", ByteBuffer.wrap(content)));
            assertThrows(TransientStoreException.class, () -> damaging.putIfAbsent("new", ByteBuffer.wrap(content)));
            assertEquals(Set.of(), keys(store));
            proxy.heal();
            try (ObjectWriter writer = damaging.write("parts")) {
                writer.write(ByteBuffer.wrap(content, 0, GcsConfig.CHUNK_UNIT_BYTES + 1));
                proxy.set(FaultProxy.Fault.DAMAGE, 1);
                writer.write(ByteBuffer.wrap(content, 0, GcsConfig.CHUNK_UNIT_BYTES));
                proxy.heal();
                assertThrows(IOException.class, writer::commit, "what was damaged is in the store by now");
            }
        }
    }

    @Test
    void putsFromBuffersOfAnyKind() throws IOException {
        byte[] content = new byte[100_000];
        new Random(3).nextBytes(content);
        ByteBuffer direct =
                ByteBuffer.allocateDirect(content.length + 10).put(new byte[10]).put(content);
        direct.flip().position(10);
        store.put("direct", direct);
        assertEquals(0, direct.remaining());
        store.put("read/only", ByteBuffer.wrap(content).asReadOnlyBuffer());
        assertArrayEquals(content, store.read("direct", 0, content.length));
        assertArrayEquals(content, store.read("read/only", 0, content.length));
    }

    @Test
    void saysWhichBucketIsMissing() {
        IOException e = assertThrows(
                IOException.class, () -> GcsObjectStore.open(GcsConfigs.of(server().address(), "no-such-bucket", "")));
        assertEquals(
                "object store in gs://no-such-bucket at " + server().address()
                        + " cannot be opened: the store answered 404 (Not Found);"
                        + " make the bucket, or set bucket to the name of one that exists",
                e.getMessage());
    }

    private static Set<String> keys(ObjectStore store) throws IOException {
        Set<String> keys = new TreeSet<>();
        store.list("", object -> keys.add(object.key()));
        return keys;
    }
}
