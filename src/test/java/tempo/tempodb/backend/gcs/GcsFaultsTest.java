package tempo.tempodb.backend.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.TransientStoreException;

/** A store that is busy, breaks off, stands still or lies. */
final class GcsFaultsTest {
    private static final Duration LIMIT = Duration.ofMillis(300);
    private static final Duration FAR_TOO_LONG = Duration.ofSeconds(20);
    private static final String RANGE = "Content-Range: bytes 7-9/100\r\n";

    private final ScriptedServer server = newServer();
    private final ObjectStore store = newStore();

    @AfterEach
    void close() throws IOException {
        store.close();
        server.close();
    }

    static Map<String, ScriptedServer.Answer> faults() {
        Map<String, ScriptedServer.Answer> faults = new TreeMap<>();
        for (int status : new int[] {408, 429, 500, 502, 503, 504}) {
            faults.put("status " + status, ScriptedServer.status(status));
        }
        faults.put("reset", ScriptedServer.reset());
        faults.put("silence", ScriptedServer.silence());
        faults.put("no HTTP", (request, connection) -> ScriptedServer.write(connection, "220 smtp ready\r\n\r\n"));
        faults.put("half a head", (request, connection) -> {
            ScriptedServer.write(connection, "HTTP/1.1 200 OK\r\nContent-Le");
            connection.close();
        });
        faults.put("truncated", ScriptedServer.answer(200, "Content-Length: 1000\r\n", "{\"items\""));
        faults.put("no JSON", ScriptedServer.answer(200, "Content-Type: text/html\r\n", "<html>"));
        return faults;
    }

    static List<String> names() {
        return List.copyOf(faults().keySet());
    }

    static Map<String, ScriptedServer.Answer> lies() {
        Map<String, ScriptedServer.Answer> lies = new TreeMap<>();
        lies.put("other range", ScriptedServer.answer(206, "Content-Range: bytes 8-10/100\r\n", "abc"));
        lies.put("shorter range", ScriptedServer.answer(206, "Content-Range: bytes 7-8/100\r\n", "ab"));
        lies.put("no range", ScriptedServer.answer(206, "", "abc"));
        lies.put("range of words", ScriptedServer.answer(206, "Content-Range: bytes a-b/c\r\n", "abc"));
        lies.put("whole object", ScriptedServer.answer(200, "", "abcdefghijklmnop"));
        lies.put("more bytes", ScriptedServer.answer(206, RANGE, "abcd"));
        lies.put("fewer bytes", ScriptedServer.answer(206, RANGE, "ab"));
        lies.put("truncated range", ScriptedServer.answer(206, RANGE + "Content-Length: 3\r\n", "ab"));
        lies.put("truncated chunks", (request, connection) -> {
            ScriptedServer.write(
                    connection, "HTTP/1.1 206 OK\r\n" + RANGE + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
            connection.close();
        });
        lies.put("inflated", ScriptedServer.answer(206, RANGE + "Content-Encoding: gzip\r\n", "abc"));
        return lies;
    }

    static List<String> liesNames() {
        return List.copyOf(lies().keySet());
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyFaultIsOneThatMayBeOverSoon(String name) throws IOException {
        ScriptedServer.Answer fault = Objects.requireNonNull(faults().get(name));
        server.answer(fault);
        isTransient(() -> store.read("t/x", 7, 3));
        isTransient(() -> store.head("t/x"));
        isTransient(() -> store.list("", each -> {}));
        isTransient(() -> store.put("t/x", ByteBuffer.allocate(10)));
        isTransient(() -> store.putIfAbsent("t/x", ByteBuffer.allocate(10)));
        isTransient(() -> {
            try (ObjectWriter writer = store.write("t/x")) {
                writer.write(ByteBuffer.allocate(10));
                writer.commit();
            }
        });
        works();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyFaultOfAnUploadIsOneThatMayBeOverSoon(String name) throws IOException {
        ScriptedServer.Answer fault = Objects.requireNonNull(faults().get(name));
        server.answer((request, connection) -> (request.method().equals("POST")
                        ? ScriptedServer.answer(200, "Location: " + server.address() + "/up\r\n", "")
                        : fault)
                .to(request, connection));
        try (ObjectWriter writer = store.write("t/x")) {
            ByteBuffer piece = ByteBuffer.allocate(GcsConfig.CHUNK_UNIT_BYTES + 1);
            isTransient(() -> writer.write(piece));
            isTransient(() -> writer.write(piece));
        }
        works();
    }

    @ParameterizedTest
    @MethodSource("liesNames")
    void otherBytesThanWereAskedForAreRefused(String name) throws IOException {
        server.answer(Objects.requireNonNull(lies().get(name)));
        isTransient(() -> store.read("t/x", 7, 3));
        works();
    }

    @Test
    void aBodyThatComesByTheByteIsCutOff() throws IOException {
        server.answer((request, connection) -> drip(connection));
        isTransient(() -> store.read("t/x", 7, 3));
        isTransient(() -> store.head("t/x"));
        works();
    }

    /** A head, and then never so long nothing that a socket's own timeout would notice. */
    private static void drip(Socket connection) throws IOException {
        ScriptedServer.write(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
        connection.setSoTimeout(20);
        while (true) {
            ScriptedServer.write(connection, " ");
            try {
                if (connection.getInputStream().read() < 0) {
                    return;
                }
            } catch (SocketTimeoutException next) {
                continue;
            }
        }
    }

    @Test
    void aStoreThatTakesNoBytesIsGivenUp() throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        server.readsBodies(false);
        server.answer((request, connection) -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            throw new IOException("the rest is no request");
        });
        try {
            // More than the buffers of both sockets take.
            isTransient(() -> store.put("t/x", ByteBuffer.allocate(64 << 20)));
        } finally {
            over.countDown();
        }
        server.readsBodies(true);
        works();
    }

    @Test
    void lostConnectionsDoNotAddUp() throws IOException {
        List<ScriptedServer.Answer> answers = List.of(
                ScriptedServer.status(503),
                ScriptedServer.reset(),
                ScriptedServer.answer(206, RANGE + "Content-Length: 3\r\n", "ab"),
                ScriptedServer.answer(200, "", "x".repeat(100_000)),
                ScriptedServer.answer(206, "Content-Range: bytes 8-10/100\r\n", "abc"));
        // More of each than there are connections.
        for (int i = 0; i < 300; i++) {
            for (ScriptedServer.Answer answer : answers) {
                server.answer(answer);
                assertThrows(TransientStoreException.class, () -> store.read("t/x", 7, 3));
            }
        }
        works();
        assertTrue(server.connections() <= 2, server.connections() + " connections");
    }

    @Test
    void aRangeBehindTheEndIsNotAllocated() throws IOException {
        int huge = Integer.MAX_VALUE - 100;
        server.answer(ScriptedServer.answer(206, "Content-Range: bytes 0-4/5\r\n", "12345"));
        assertThrows(EOFException.class, () -> store.read("t/x", 0, huge));
        server.answer(ScriptedServer.answer(200, "", "12345"));
        assertThrows(EOFException.class, () -> store.read("t/x", 0, huge));
        server.answer(ScriptedServer.status(416));
        assertThrows(EOFException.class, () -> store.read("t/x", Long.MAX_VALUE, huge));
        server.answer(ScriptedServer.answer(206, "", "12345"));
        isTransient(() -> store.read("t/x", 0, huge));
        works();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 409, 501})
    void whatTheStoreRefusesIsNotTriedAgain(int status) {
        server.answer(ScriptedServer.status(status));
        IOException e = assertThrows(IOException.class, () -> store.read("t/x", 7, 3));
        assertEquals(IOException.class, e.getClass());
        assertEquals(
                "read of 3 bytes at 7, object t/x in gs://shelf at " + server.address() + " failed: the store answered "
                        + status + " (as told)",
                e.getMessage());
        assertEquals(
                IOException.class,
                assertThrows(IOException.class, () -> store.delete("t/x")).getClass());
    }

    @Test
    void aMissingBucketIsNotAMissingObject() {
        server.answer(ScriptedServer.status(404));
        assertThrows(NoSuchFileException.class, () -> store.read("t/x", 7, 3));
        assertEquals(
                IOException.class,
                assertThrows(IOException.class, () -> store.list("", each -> {}))
                        .getClass());
        assertEquals(
                IOException.class,
                assertThrows(IOException.class, () -> store.put("t/x", ByteBuffer.allocate(1)))
                        .getClass());
    }

    @Test
    void aClosedStoreSaysSo() throws Exception {
        store.close();
        IOException e = assertThrows(IOException.class, () -> store.head("t/x"));
        assertFalse(e instanceof TransientStoreException, e.toString());
        assertTrue(e.toString().endsWith("the store is closed"), e.toString());
        for (Thread each : Thread.getAllStackTraces().keySet()) {
            if (each.getName().equals("gcs-request-timer")) {
                each.join(FAR_TOO_LONG.toMillis());
                assertFalse(each.isAlive(), "its thread is still there");
            }
        }
    }

    private static void isTransient(Executable call) {
        assertTimeoutPreemptively(FAR_TOO_LONG, () -> assertThrows(TransientStoreException.class, call));
    }

    private void works() throws IOException {
        server.answer(ScriptedServer.answer(206, RANGE, "abc"));
        assertArrayEquals("abc".getBytes(UTF_8), store.read("t/x", 7, 3));
    }

    private static ScriptedServer newServer() {
        try {
            return new ScriptedServer(ScriptedServer.json(200, "{}"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private ObjectStore newStore() {
        try {
            return GcsObjectStore.open(GcsConfigs.of(server.address(), "shelf", "", LIMIT));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
