package tempo.tempodb.backend.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.ActorSystem;
import com.typesafe.config.ConfigFactory;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.TransientStoreException;

/** What becomes of answers that no store should give, and of those that never come. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
final class S3FaultsTest {
    private static final byte[] FIVE = {1, 2, 3, 4, 5};
    private static final ScriptedServer.Script GOOD =
            (request, socket) -> ScriptedServer.send(socket, 206, Map.of("Content-Range", "bytes 10-14/100"), FIVE);

    private static ActorSystem system;

    private ScriptedServer server;
    private ObjectStore store;

    @BeforeAll
    static void startSystem() {
        system = ActorSystem.create("host", ConfigFactory.load());
    }

    @AfterAll
    static void stopSystem() {
        system.terminate();
    }

    @BeforeEach
    void open() throws IOException {
        server = new ScriptedServer();
        S3Config config = Configs.withMaxConnections(S3ProxyServer.config(server.endpoint(), "bkt"), 4);
        store = S3ObjectStore.open(Configs.withRequestTimeout(config, Duration.ofSeconds(2)), system);
        server.requests().clear();
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        server.close();
    }

    @Test
    void aRangeIsOneRequest() throws IOException {
        server.script(GOOD);
        assertArrayEquals(FIVE, store.read("o", 10, 5));
        assertEquals(1, server.requests().size());
        assertEquals("/bkt/o", server.requests().get(0).target());
        assertEquals("bytes=10-14", server.requests().get(0).headers().get("range"));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void aBusyStoreMayDoItLater(int status) throws IOException {
        server.script((request, socket) -> ScriptedServer.send(
                socket, status, Map.of(), request.method().equals("HEAD") ? "" : error("SlowDown")));
        for (Executable call : everyCall()) {
            assertThrows(TransientStoreException.class, call);
        }
        assertEquals(everyCall().size(), server.requests().size(), "nothing is tried again here");
    }

    @Test
    void aResetMayNotHappenAgain() {
        server.script((request, socket) -> ScriptedServer.reset(socket));
        for (Executable call : everyCall()) {
            assertThrows(TransientStoreException.class, call);
        }
    }

    @Test
    void anAnswerThatNeverComesIsNotWaitedFor() {
        server.script((request, socket) -> {});
        for (Executable call : List.<Executable>of(() -> store.read("o", 10, 5), () -> store.put("o", one()))) {
            TransientStoreException late = assertThrows(TransientStoreException.class, call);
            assertTrue(String.valueOf(late.getMessage()).contains("no answer"), late.getMessage());
        }
    }

    @Test
    void bytesThatWereNotAskedForAreRefused() {
        List<ScriptedServer.Script> wrong = List.of(
                (request, socket) -> ScriptedServer.send(socket, 200, Map.of(), FIVE),
                (request, socket) -> ScriptedServer.send(socket, 206, Map.of(), FIVE),
                (request, socket) -> ScriptedServer.send(socket, 206, Map.of("Content-Range", "bytes 11-15/100"), FIVE),
                (request, socket) -> ScriptedServer.send(
                        socket, 206, Map.of("Content-Range", "bytes 10-14/100"), new byte[] {1, 2, 3, 4, 5, 6}),
                (request, socket) ->
                        ScriptedServer.send(socket, 206, Map.of("Content-Range", "bytes 10-13/100"), new byte[4]),
                S3FaultsTest::truncate);
        for (ScriptedServer.Script script : wrong) {
            server.script(script);
            assertThrows(TransientStoreException.class, () -> store.read("o", 10, 5));
        }
    }

    @Test
    void theEndOfAnObjectIsNoFault() {
        server.script((request, socket) ->
                ScriptedServer.send(socket, 206, Map.of("Content-Range", "bytes 10-12/13"), new byte[3]));
        assertThrows(EOFException.class, () -> store.read("o", 10, 5));
        server.script((request, socket) -> ScriptedServer.send(socket, 416, Map.of(), error("InvalidRange")));
        assertThrows(EOFException.class, () -> store.read("o", 10, 5));
    }

    @Test
    void aRefusalIsFinalAndSaysItsCode() {
        server.script((request, socket) -> ScriptedServer.send(socket, 403, Map.of(), error("AccessDenied")));
        IOException refusal = assertThrows(IOException.class, () -> store.read("o", 10, 5));
        assertEquals(IOException.class, refusal.getClass());
        assertEquals(
                "read of 5 bytes at 10 of object o in bucket bkt at " + server.endpoint()
                        + " failed: the store answered 403 AccessDenied: as scripted",
                refusal.getMessage());
    }

    @Test
    void ofTwoConditionalPutsOneIsToldWhichItIs() throws IOException {
        server.script((request, socket) -> ScriptedServer.send(socket, 412, Map.of(), error("PreconditionFailed")));
        assertFalse(store.putIfAbsent("o", one()));
        assertEquals("*", server.requests().get(0).headers().get("if-none-match"));
        server.script(
                (request, socket) -> ScriptedServer.send(socket, 409, Map.of(), error("ConditionalRequestConflict")));
        assertThrows(TransientStoreException.class, () -> store.putIfAbsent("o", one()));
    }

    @Test
    void failedCallsTakeNoConnectionWithThem() throws IOException {
        List<ScriptedServer.Script> faults = List.of(
                (request, socket) -> ScriptedServer.reset(socket),
                (request, socket) -> ScriptedServer.send(socket, 503, Map.of(), error("SlowDown")),
                (request, socket) -> ScriptedServer.send(socket, 200, Map.of(), new byte[100_000]),
                S3FaultsTest::truncate);
        for (int i = 0; i < 200; i++) {
            server.script(faults.get(i % faults.size()));
            assertThrows(TransientStoreException.class, () -> store.read("o", 10, 5));
        }
        server.script((request, socket) -> {});
        for (int i = 0; i < 5; i++) {
            assertThrows(TransientStoreException.class, () -> store.read("o", 10, 5));
        }
        server.script(GOOD);
        for (int i = 0; i < 20; i++) {
            assertArrayEquals(FIVE, store.read("o", 10, 5));
        }
    }

    @Test
    void aPartAndACommitAreTriedAgainByTheSameCall() throws IOException {
        Uploads uploads = new Uploads();
        server.script(uploads);
        try (ObjectWriter writer = store.write("o")) {
            ByteBuffer piece = ByteBuffer.allocate(6 << 20);
            uploads.failures = 2;
            assertThrows(TransientStoreException.class, () -> writer.write(piece));
            assertThrows(TransientStoreException.class, () -> writer.write(piece));
            writer.write(piece);
            uploads.failures = 1;
            assertThrows(TransientStoreException.class, writer::commit);
            uploads.errorAfter200 = true;
            assertThrows(TransientStoreException.class, writer::commit);
            assertThrows(IllegalStateException.class, () -> writer.write(ByteBuffer.allocate(1)));
            uploads.errorAfter200 = false;
            writer.commit();
        }
        assertEquals((6 << 20), uploads.partOne + uploads.partTwo);
    }

    @Test
    void anUploadThatTheStoreForgotIsMissing() throws IOException {
        Uploads uploads = new Uploads();
        server.script(uploads);
        ObjectWriter writer = store.write("o");
        writer.write(ByteBuffer.allocate(6 << 20));
        server.script((request, socket) -> ScriptedServer.send(socket, 404, Map.of(), error("NoSuchUpload")));
        assertThrows(NoSuchFileException.class, writer::commit);
        writer.abort();
    }

    @Test
    void aListingOutOfOrderIsFoundOut() {
        server.script((request, socket) -> ScriptedServer.send(
                socket,
                200,
                Map.of(),
                "<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>" + listed("b") + listed("a")
                        + "</ListBucketResult>"));
        IOException wrong = assertThrows(IOException.class, () -> store.list("", object -> {}));
        assertTrue(String.valueOf(wrong.getMessage()).contains("in the order of their keys"), wrong.getMessage());
    }

    private List<Executable> everyCall() {
        return List.of(
                () -> store.read("o", 10, 5),
                () -> store.head("o"),
                () -> store.put("o", one()),
                () -> store.putIfAbsent("o", one()),
                () -> store.delete("o"),
                () -> store.list("", object -> {}),
                () -> store.write("o").commit());
    }

    /** Takes uploads, and fails as often as it is told. */
    private static final class Uploads implements ScriptedServer.Script {
        private volatile int failures;
        private volatile boolean errorAfter200;
        private volatile int partOne;
        private volatile int partTwo;

        @Override
        public void answer(ScriptedServer.Request request, java.net.Socket socket) throws IOException {
            boolean begins = request.target().endsWith("?uploads");
            if (!begins && failures > 0) {
                failures = failures - 1;
                ScriptedServer.send(socket, 500, Map.of(), error("InternalError"));
            } else if (begins) {
                ScriptedServer.send(
                        socket,
                        200,
                        Map.of(),
                        "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>o</Key><UploadId>u1</UploadId>"
                                + "</InitiateMultipartUploadResult>");
            } else if (request.method().equals("PUT")) {
                if (request.target().contains("partNumber=1")) {
                    partOne = request.body().length;
                } else {
                    partTwo = request.body().length;
                }
                ScriptedServer.send(socket, 200, Map.of("ETag", "\"e\""), "");
            } else if (errorAfter200) {
                ScriptedServer.send(socket, 200, Map.of(), error("InternalError"));
            } else {
                ScriptedServer.send(
                        socket,
                        200,
                        Map.of(),
                        "<CompleteMultipartUploadResult><Location>http://b/o</Location><Bucket>b</Bucket><Key>o</Key>"
                                + "<ETag>\"e-2\"</ETag></CompleteMultipartUploadResult>");
            }
        }
    }

    private static void truncate(ScriptedServer.Request request, java.net.Socket socket) throws IOException {
        ScriptedServer.send(
                socket, 206, Map.of("Content-Range", "bytes 10-14/100", "Content-Length", "5"), new byte[] {1, 2});
        socket.close();
    }

    private static String listed(String key) {
        return "<Contents><Key>" + key + "</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
                + "<ETag>\"e\"</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>";
    }

    private static String error(String code) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code
                + "</Code><Message>as scripted</Message><RequestId>r</RequestId><Resource>o</Resource></Error>";
    }

    private static ByteBuffer one() {
        return ByteBuffer.allocate(1);
    }
}
