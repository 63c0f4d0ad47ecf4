package tempo.tempodb.backend.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.TransientStoreException;

/** What is sent, request by request. */
final class GcsRequestsTest {
    private static final int CHUNK = GcsConfig.CHUNK_UNIT_BYTES;
    private static final String SESSION = "/upload/session?upload_id=capability";
    private static final String EMPTY_LIST = "{}";

    @TempDir
    Path directory = Path.of("unset");

    private ScriptedServer server = newServer();
    private ObjectStore store = newStore();

    @BeforeEach
    void forgetTheFirstListing() {
        server.forget();
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        server.close();
    }

    @Test
    void startsWithTheListingOfOneObject() throws IOException {
        newStore().close();
        assertEquals(List.of("GET /storage/v1/b/shelf/o?fields=items(name)&maxResults=1&prefix=a/b/"), requests());
    }

    @Test
    void readsARangeWithOneRequest() throws IOException {
        server.answer(ScriptedServer.answer(206, "Content-Range: bytes 7-9/100\r\n", "abc"));
        assertArrayEquals("abc".getBytes(UTF_8), store.read("t/x", 7, 3));
        assertEquals(List.of("GET /download/storage/v1/b/shelf/o/a%2Fb%2Ft%2Fx?alt=media"), requests());
        assertEquals("bytes=7-9", server.requests().get(0).header("Range"));
        assertEquals("identity", server.requests().get(0).header("Accept-Encoding"));
        assertEquals("", server.requests().get(0).header("Authorization"));
    }

    @Test
    void keepsItsConnection() throws IOException {
        server.answer(ScriptedServer.answer(206, "Content-Range: bytes 7-9/100\r\n", "abc"));
        store.read("t/x", 7, 3);
        server.answer(ScriptedServer.status(404));
        assertThrows(NoSuchFileException.class, () -> store.head("t/x"));
        server.answer(ScriptedServer.status(503));
        assertThrows(TransientStoreException.class, () -> store.head("t/x"));
        server.answer(ScriptedServer.answer(308, "Location: http://elsewhere\r\n", ""));
        assertThrows(IOException.class, () -> store.head("t/x"));
        server.answer(ScriptedServer.json(200, "{\"size\":\"4\",\"timeCreated\":\"2026-01-02T03:04:05.678Z\"}"));
        assertEquals("2026-01-02T03:04:05.678Z", store.head("t/x").modified().toString());
        assertEquals(1, server.connections());
        assertEquals(5, server.requests().size());
    }

    @Test
    void putsWithOneRequestAndItsChecksum() throws IOException {
        server.answer(ScriptedServer.json(200, "{\"size\":\"9\"}"));
        store.put("t/x", ByteBuffer.wrap("123456789".getBytes(UTF_8)));
        assertEquals(List.of("POST /upload/storage/v1/b/shelf/o?fields=size&uploadType=multipart"), requests());
        String body = server.requests().get(0).text();
        // The check value of CRC-32C, e3069283.
        assertTrue(body.contains("\"crc32c\":\"4waSgw==\""), body);
        assertTrue(body.contains("\"name\":\"a/b/t/x\""), body);
        assertTrue(body.contains("\r\n\r\n123456789\r\n--"), body);
        assertFalse(body.contains("storageClass"), body);
        assertEquals("", server.requests().get(0).header("Content-Encoding"));
    }

    @Test
    void putsIfAbsentOnTheConditionThatThereIsNoGeneration() throws IOException {
        server.answer(ScriptedServer.status(412));
        assertFalse(store.putIfAbsent("t/x", ByteBuffer.allocate(3)));
        assertEquals(
                List.of("POST /upload/storage/v1/b/shelf/o?fields=size&ifGenerationMatch=0&uploadType=multipart"),
                requests());
    }

    @Test
    void streamsInChunksAndSendsTheChecksumOfAllWithTheLast() throws IOException {
        script(
                started(),
                ScriptedServer.answer(308, "Range: bytes=0-" + (CHUNK - 1) + "\r\n", ""),
                complete(CHUNK + 4));
        byte[] content = new byte[CHUNK + 4];
        try (ObjectWriter writer = store.write("t/x")) {
            writer.write(ByteBuffer.wrap(content));
            writer.commit();
        }
        assertEquals(
                List.of(
                        "POST /upload/storage/v1/b/shelf/o?fields=size,crc32c&uploadType=resumable",
                        "PUT " + SESSION,
                        "PUT " + SESSION),
                requests());
        assertEquals(
                List.of("", "bytes 0-" + (CHUNK - 1) + "/*", "bytes " + CHUNK + "-" + (CHUNK + 3) + "/" + (CHUNK + 4)),
                headers("Content-Range"));
        assertEquals(List.of("", "", "crc32c=" + GcsChecksum.of(ByteBuffer.wrap(content))), headers("x-goog-hash"));
    }

    @Test
    void makesASmallStreamedObjectWithOneRequest() throws IOException {
        server.answer(ScriptedServer.json(200, "{\"size\":\"9\"}"));
        try (ObjectWriter writer = store.write("t/x")) {
            writer.write(ByteBuffer.wrap("123456789".getBytes(UTF_8)));
            writer.commit();
        }
        assertEquals(List.of("POST /upload/storage/v1/b/shelf/o?fields=size&uploadType=multipart"), requests());
    }

    @Test
    void sendsAgainWhatTheStoreDidNotTakeOfAChunk() throws IOException {
        script(
                started(),
                ScriptedServer.answer(308, "Range: bytes=0-99\r\n", ""),
                ScriptedServer.answer(308, "Range: bytes=0-" + (CHUNK - 1) + "\r\n", ""),
                complete(2 * CHUNK));
        try (ObjectWriter writer = store.write("t/x")) {
            writer.write(ByteBuffer.allocate(2 * CHUNK));
            writer.commit();
        }
        assertEquals(
                List.of(
                        "",
                        "bytes 0-" + (CHUNK - 1) + "/*",
                        "bytes 100-" + (CHUNK + 99) + "/*",
                        "bytes " + CHUNK + "-" + (2 * CHUNK - 1) + "/" + 2 * CHUNK),
                headers("Content-Range"));
    }

    @Test
    void asksHowFarItIsAfterAChunkThatFailed() throws IOException {
        script(
                started(),
                ScriptedServer.reset(),
                ScriptedServer.answer(308, "Range: bytes=0-99\r\n", ""),
                ScriptedServer.answer(308, "Range: bytes=0-" + (CHUNK - 1) + "\r\n", ""),
                complete(CHUNK + 100));
        ByteBuffer piece = ByteBuffer.allocate(CHUNK + 100);
        try (ObjectWriter writer = store.write("t/x")) {
            assertThrows(TransientStoreException.class, () -> writer.write(piece));
            assertEquals(CHUNK, piece.position());
            writer.write(piece);
            writer.commit();
        }
        assertEquals(
                List.of(
                        "",
                        "bytes 0-" + (CHUNK - 1) + "/*",
                        "bytes */*",
                        "bytes 100-" + (CHUNK + 99) + "/" + (CHUNK + 100)),
                headers("Content-Range").subList(0, 4));
    }

    @Test
    void findsThatACommitWhoseAnswerWasLostHadHappened() throws IOException {
        script(
                started(),
                ScriptedServer.answer(308, "Range: bytes=0-" + (CHUNK - 1) + "\r\n", ""),
                ScriptedServer.reset(),
                complete(CHUNK + 1));
        try (ObjectWriter writer = store.write("t/x")) {
            writer.write(ByteBuffer.allocate(CHUNK + 1));
            assertThrows(TransientStoreException.class, writer::commit);
            assertThrows(IllegalStateException.class, () -> writer.write(ByteBuffer.allocate(1)));
            writer.commit();
        }
        assertEquals("bytes */*", server.requests().get(3).header("Content-Range"));
        assertEquals(4, server.requests().size());
    }

    @Test
    void saysThatTheStoreDoesNotKnowAnUploadAnyMore() throws IOException {
        script(
                started(),
                ScriptedServer.answer(308, "Range: bytes=0-" + (CHUNK - 1) + "\r\n", ""),
                ScriptedServer.status(410),
                ScriptedServer.status(499));
        try (ObjectWriter writer = store.write("t/x")) {
            writer.write(ByteBuffer.allocate(CHUNK + 1));
            NoSuchFileException e = assertThrows(NoSuchFileException.class, writer::commit);
            assertEquals(
                    "t/x: write, object t/x in gs://shelf/a/b at " + server.address()
                            + " failed: the store does not know the upload any more",
                    e.getMessage());
        }
    }

    @Test
    void refusesAnObjectThatIsNotWhatWasSent() throws IOException {
        script(started(), ScriptedServer.answer(308, "Range: bytes=0-" + (CHUNK - 1) + "\r\n", ""), complete(CHUNK));
        ObjectWriter writer = store.write("t/x");
        writer.write(ByteBuffer.allocate(CHUNK + 1));
        IOException e = assertThrows(IOException.class, writer::commit);
        assertTrue(e.toString().contains("an object of " + CHUNK + " bytes"), e.toString());
    }

    @Test
    void cancelsAnUploadThatIsAborted() throws IOException {
        script(
                started(),
                ScriptedServer.answer(308, "Range: bytes=0-" + (CHUNK - 1) + "\r\n", ""),
                ScriptedServer.status(499));
        try (ObjectWriter writer = store.write("t/x")) {
            writer.write(ByteBuffer.allocate(CHUNK + 1));
        }
        assertEquals("DELETE " + SESSION, requests().get(2));
        assertEquals(3, server.requests().size());
    }

    @Test
    void doesNotTellTheAddressOfAnUpload() throws IOException {
        for (ScriptedServer.Answer answer :
                List.of(ScriptedServer.status(403), ScriptedServer.status(503), ScriptedServer.reset())) {
            script(started(), answer, ScriptedServer.status(499));
            try (ObjectWriter writer = store.write("t/x")) {
                IOException e = assertThrows(IOException.class, () -> writer.write(ByteBuffer.allocate(CHUNK + 1)));
                for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                    assertFalse(cause.toString().contains("capability"), cause.toString());
                }
            }
        }
    }

    @Test
    void listsPageByPageFromAKeyOn() throws IOException {
        String object = ",\"size\":\"4\",\"timeCreated\":\"2026-01-02T03:04:05.678Z\"}";
        script(
                ScriptedServer.json(
                        200,
                        "{\"nextPageToken\":\"t2\",\"items\":[{\"name\":\"a/b/k/1\"" + object + ",{\"name\":\"a/b/k/2\""
                                + object + "]}"),
                ScriptedServer.json(
                        200, "{\"items\":[{\"name\":\"a/b/k/\"" + object + ",{\"name\":\"a/b/k/3\"" + object + "]}"));
        List<String> keys = new ArrayList<>();
        store.listAfter("k/", "k/1", each -> keys.add(each.key()));
        assertEquals(List.of("k/2", "k/3"), keys);
        String query = "?fields=nextPageToken,items(name,size,timeCreated)&maxResults=1000";
        assertEquals(
                List.of(
                        "GET /storage/v1/b/shelf/o" + query + "&prefix=a/b/k/&startOffset=a/b/k/1",
                        "GET /storage/v1/b/shelf/o" + query + "&pageToken=t2&prefix=a/b/k/&startOffset=a/b/k/1"),
                requests());
    }

    @Test
    void sendsKeyNameClassAndProject() throws IOException {
        String key = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
        try (ObjectStore special = GcsObjectStore.open(GcsConfigs.special(server.address(), "payer", "", key))) {
            server.forget();
            special.put("x", ByteBuffer.allocate(1));
            assertEquals(
                    List.of("POST /upload/storage/v1/b/shelf/o?fields=size&kmsKeyName=" + key
                            + "&uploadType=multipart"),
                    requests());
            String body = server.requests().get(0).text();
            assertTrue(body.contains("\"storageClass\":\"NEARLINE\""), body);
            server.forget();
            script(started(), complete(CHUNK), ScriptedServer.status(499));
            try (ObjectWriter writer = special.write("x")) {
                assertThrows(IOException.class, () -> writer.write(ByteBuffer.allocate(CHUNK + 1)));
            }
            assertEquals(
                    "POST /upload/storage/v1/b/shelf/o?fields=size,crc32c&kmsKeyName=" + key + "&uploadType=resumable",
                    requests().get(0));
            assertEquals(List.of("payer", "payer", "payer"), headers("x-goog-user-project"));
        }
    }

    @Test
    void sendsTheTokenThatAServiceAccountGetsAndTellsNobody() throws Exception {
        Path file = serviceAccount();
        GcsConfig config = GcsConfigs.special(server.address(), "", file.toString(), "");
        server.answer((request, connection) -> {
            boolean token = request.path().equals("/token");
            ScriptedServer.json(
                            200,
                            token
                                    ? "{\"access_token\":\"very-secret\",\"expires_in\":3600,\"token_type\":\"Bearer\"}"
                                    : EMPTY_LIST)
                    .to(request, connection);
        });
        try (GcsObjectStore opened = GcsObjectStore.open(config)) {
            assertEquals(
                    List.of("POST /token", "GET /storage/v1/b/shelf/o?fields=items(name)&maxResults=1"), requests());
            assertEquals("Bearer very-secret", server.requests().get(1).header("Authorization"));
            server.answer(ScriptedServer.status(503));
            IOException e = assertThrows(IOException.class, () -> opened.head("x"));
            for (String text :
                    List.of(config.toString(), opened.toString(), e.toString(), String.valueOf(e.getCause()))) {
                assertFalse(text.contains("very-secret") || text.contains("PRIVATE"), text);
            }
        }
    }

    @Test
    void fetchesATokenAnewThatIsRefused() throws Exception {
        Path file = serviceAccount();
        script(
                ScriptedServer.json(200, "{\"access_token\":\"old\",\"expires_in\":3600}"),
                ScriptedServer.status(401),
                ScriptedServer.json(200, "{\"access_token\":\"new\",\"expires_in\":3600}"),
                ScriptedServer.json(200, EMPTY_LIST));
        GcsObjectStore.open(GcsConfigs.special(server.address(), "", file.toString(), ""))
                .close();
        assertEquals(List.of("", "Bearer old", "", "Bearer new"), headers("Authorization"));
    }

    private Path serviceAccount() throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        String key = "-----BEGIN PRIVATE KEY-----\\n"
                + Base64.getEncoder()
                        .encodeToString(generator.generateKeyPair().getPrivate().getEncoded())
                + "\\n-----END PRIVATE KEY-----\\n";
        return Files.writeString(
                directory.resolve("account.json"),
                "{\"type\":\"service_account\",\"client_id\":\"1\",\"client_email\":\"a@b.example\","
                        + "\"private_key_id\":\"2\",\"private_key\":\"" + key + "\",\"token_uri\":\"" + server.address()
                        + "/token\"}");
    }

    private ScriptedServer.Answer started() {
        // As emulators do, it has another name for itself.
        return ScriptedServer.answer(200, "Location: http://0.0.0.0:1" + SESSION + "\r\n", "");
    }

    private static ScriptedServer.Answer complete(int bytes) {
        return ScriptedServer.json(200, "{\"size\":\"" + bytes + "\"}");
    }

    /** One answer after the other. */
    private void script(ScriptedServer.Answer... answers) {
        Deque<ScriptedServer.Answer> left = new ArrayDeque<>(List.of(answers));
        server.answer((request, connection) -> {
            ScriptedServer.Answer next = left.poll();
            (next == null ? ScriptedServer.status(400) : next).to(request, connection);
        });
    }

    /** Queries in the order of their names. */
    private List<String> requests() {
        return server.requests().stream()
                .map(request -> request.method() + " " + sorted(request.path()))
                .toList();
    }

    private static String sorted(String path) {
        int question = path.indexOf('?');
        if (question < 0) {
            return path;
        }
        return path.substring(0, question + 1)
                + String.join(
                        "&",
                        Stream.of(path.substring(question + 1).split("&"))
                                .filter(each -> !each.equals("alt=json") && !each.startsWith("prettyPrint="))
                                .map(each -> each.replace("%2F", "/")
                                        .replace("%28", "(")
                                        .replace("%29", ")")
                                        .replace("%2C", ","))
                                .sorted()
                                .toList());
    }

    private List<String> headers(String name) {
        return server.requests().stream().map(request -> request.header(name)).toList();
    }

    private static ScriptedServer newServer() {
        try {
            return new ScriptedServer(ScriptedServer.json(200, EMPTY_LIST));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private ObjectStore newStore() {
        try {
            return GcsObjectStore.open(GcsConfigs.of(server.address(), "shelf", "a/b"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
