package tempo.tempodb.backend.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.ActorSystem;
import com.typesafe.config.ConfigFactory;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tempo.tempodb.backend.FaultProxy;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectStoreContract;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.TransientStoreException;

/** Against S3Proxy, which checks signatures and knows conditional puts. */
final class S3ObjectStoreTest extends ObjectStoreContract {
    private static S3ProxyServer server;
    private static ActorSystem system;

    private String bucket = "unset";

    @BeforeAll
    static void start() throws Exception {
        server = S3ProxyServer.start();
        system = ActorSystem.create(
                "host", ConfigFactory.parseString("alpakka.s3 = wrong").withFallback(ConfigFactory.load()));
    }

    @AfterAll
    static void stop() throws Exception {
        system.terminate();
        server.stop();
    }

    @Override
    protected ObjectStore open() throws IOException {
        bucket = server.newBucket();
        return S3ObjectStore.open(S3ProxyServer.config(server.endpoint(), bucket), system);
    }

    @Test
    void prefixesOfOneBucketAreStoresOfTheirOwn() throws IOException {
        try (ObjectStore first = withPrefix("team/one");
                ObjectStore second = withPrefix("team/one-more")) {
            first.put("t/a", bytes("first"));
            second.put("t/a", bytes("second"));
            assertEquals(Set.of("t/a"), keys(first));
            assertEquals(5, first.head("t/a").bytes());
            first.delete("t/a");
            assertEquals(Set.of(), keys(first));
            assertEquals(Set.of("t/a"), keys(second));
            assertEquals(Set.of("team/one-more/t/a"), keys(store));
        }
    }

    @Test
    void readsOfNothingStillLookForTheObject() throws IOException {
        store.put("empty", bytes(""));
        assertEquals(0, store.read("empty", 0, 0).length);
        assertThrows(EOFException.class, () -> store.read("empty", 0, 1));
        assertThrows(EOFException.class, () -> store.read("empty", 1, 0));
        assertThrows(EOFException.class, () -> store.read("empty", Long.MAX_VALUE, 1));
        assertThrows(NoSuchFileException.class, () -> store.read("missing", 0, 0));
        assertThrows(IllegalArgumentException.class, () -> store.read("empty", -1, 1));
    }

    @Test
    void refusesAReadThatBeginsAtTheEnd() throws IOException {
        store.put("a", bytes("12345"));
        assertThrows(EOFException.class, () -> store.read("a", 5, 1));
    }

    @Test
    void writesAPartMoreOnlyIfThereIsMore() throws IOException {
        for (int size : List.of((5 << 20) - 1, 5 << 20, (5 << 20) + 1, 10 << 20)) {
            byte[] content = new byte[size];
            content[size - 1] = 7;
            try (ObjectWriter writer = store.write("w")) {
                writer.write(ByteBuffer.wrap(content));
                writer.commit();
            }
            assertArrayEquals(content, store.read("w", 0, size));
        }
    }

    @Test
    void whatIsDamagedOnItsWayToTheStoreIsRefusedAndMayBeSentAgain() throws IOException {
        try (FaultProxy proxy = FaultProxy.start(URI.create(server.endpoint()).getPort(), 3);
                ObjectStore damaging =
                        S3ObjectStore.open(S3ProxyServer.config("http://127.0.0.1:" + proxy.port(), bucket), system)) {
            byte[] content = new byte[6 << 20];
            new Random(1).nextBytes(content);
            proxy.set(FaultProxy.Fault.DAMAGE, 1);
            assertThrows(TransientStoreException.class, () -> damaging.put("put", ByteBuffer.wrap(content)));
            assertThrows(TransientStoreException.class, () -> damaging.putIfAbsent("new", ByteBuffer.wrap(content)));
            assertEquals(Set.of(), keys(store));
            proxy.heal();
            try (ObjectWriter writer = damaging.write("parts")) {
                writer.write(ByteBuffer.wrap(content, 0, 5 << 20));
                proxy.set(FaultProxy.Fault.DAMAGE, 1);
                ByteBuffer rest = ByteBuffer.wrap(content, 5 << 20, 1 << 20);
                assertThrows(IOException.class, () -> writer.write(rest));
                proxy.heal();
                writer.write(rest);
                writer.commit();
            }
            assertArrayEquals(content, store.read("parts", 0, content.length));
        }
    }

    @Test
    void removesUploadsThatNobodyFinished() throws IOException {
        ObjectWriter abandoned = store.write("x/abandoned");
        abandoned.write(ByteBuffer.allocate(11 << 20));
        try (ObjectStore other = withPrefix("x")) {
            other.write("other").write(ByteBuffer.allocate(6 << 20));
            assertEquals(0, other.removeAbandonedWrites(Instant.EPOCH));
        }
        assertEquals(2, store.removeAbandonedWrites(Instant.now().plusSeconds(60)));
        assertEquals(0, store.removeAbandonedWrites(Instant.now().plusSeconds(60)));
        assertThrows(NoSuchFileException.class, abandoned::commit);
        assertEquals(Set.of(), keys(store));
    }

    @Test
    void anAbortedUploadLeavesNothing() throws IOException {
        ObjectWriter writer = store.write("a");
        writer.write(ByteBuffer.allocate(11 << 20));
        writer.abort();
        assertEquals(0, store.removeAbandonedWrites(Instant.now().plusSeconds(60)));
        assertThrows(IllegalStateException.class, () -> writer.write(ByteBuffer.allocate(1)));
    }

    @Test
    void aVisitorMayCallTheStore() throws IOException {
        for (int i = 0; i < 20; i++) {
            store.put("v/" + i, bytes("1"));
        }
        List<String> deleted = new ArrayList<>();
        store.list("v/", object -> {
            try {
                store.delete(object.key());
                deleted.add(object.key());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertEquals(20, deleted.size());
        assertEquals(Set.of(), keys(store));
    }

    @Test
    void leavesTheContentConsumed() throws IOException {
        ByteBuffer content = bytes("12345");
        store.put("a", content);
        assertFalse(content.hasRemaining());
        content.rewind();
        assertTrue(store.putIfAbsent("b", content));
        assertFalse(content.hasRemaining());
    }

    private ObjectStore withPrefix(String prefix) throws IOException {
        return S3ObjectStore.open(Configs.withPrefix(S3ProxyServer.config(server.endpoint(), bucket), prefix), system);
    }

    private static Set<String> keys(ObjectStore store) throws IOException {
        Set<String> keys = new TreeSet<>();
        store.list("", object -> keys.add(object.key()));
        return keys;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
