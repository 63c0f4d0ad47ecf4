package tempo.tempodb.backend.gcs;

import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpResponseException;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.StorageRequest;
import com.google.api.services.storage.model.Objects;
import com.google.api.services.storage.model.StorageObject;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectKeys;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.TransientStoreException;

/**
 * Objects in a bucket of Google Cloud Storage, which many processes may share. Each call but a listing of several pages is one
 * request, within the time that the configuration gives it; the caller's thread waits. Reads and listings see what was written
 * before them, wherever.
 */
public final class GcsObjectStore implements ObjectStore {
    private static final int PRECONDITION_FAILED = 412;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final long LIST_PAGE_OBJECTS_MAX = 1_000;
    private static final String LIST_FIELDS = "nextPageToken,items(name,size,timeCreated)";

    private final GcsConfig config;
    private final GcsConnection connection;
    private final GcsNames names;

    private GcsObjectStore(GcsConfig config, GcsConnection connection) {
        this.config = config;
        this.connection = connection;
        this.names = new GcsNames(config);
    }

    /**
     * Opens the store and lists one object, so that a wrong configuration is found now.
     *
     * @throws IOException one sentence that says what is wrong and what to do; {@link TransientStoreException} if it may be right
     *     by the next attempt
     */
    public static GcsObjectStore open(GcsConfig config) throws IOException {
        GcsNames names = new GcsNames(config);
        if (config.bucket().isEmpty()) {
            throw new IOException("there is no bucket: set bucket to the name of one that exists");
        }
        GcsConnection connection;
        try {
            connection = GcsConnection.open(config);
        } catch (IOException e) {
            throw new IOException(names.store() + " cannot be opened: " + e.getMessage(), e);
        }
        GcsObjectStore store = new GcsObjectStore(config, connection);
        try {
            answer(store.page("", "", 1).setFields("items(name)"));
            return store;
        } catch (IOException e) {
            store.close();
            throw names.refusal(e);
        }
    }

    @Override
    public byte[] read(String key, long offset, int length) throws IOException {
        String name = names.of(key);
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("read of " + key + " at " + offset + " of " + length + " bytes");
        }
        String attempted = names.attempt("read of " + length + " bytes at " + offset, key);
        if (length == 0) {
            return readNothing(key, offset, attempted);
        }
        ByteRange range = new ByteRange(offset, length);
        try {
            Storage.Objects.Get get = objects().get(config.bucket(), name);
            get.getRequestHeaders().setRange(range.header()).setAcceptEncoding("identity");
            get.setReturnRawInputStream(true);
            HttpResponse response = get.executeMedia();
            boolean whole = false;
            try {
                byte[] content = range.read(response);
                whole = true;
                return content;
            } finally {
                if (!whole) {
                    // What is left of the body is not waited for.
                    response.disconnect();
                }
            }
        } catch (EOFException e) {
            throw pastTheEnd(attempted, e);
        } catch (HttpResponseException e) {
            if (e.getStatusCode() == RANGE_NOT_SATISFIABLE) {
                throw pastTheEnd(attempted, e);
            }
            throw GcsFailures.ofObject(attempted, key, e);
        } catch (IOException e) {
            throw GcsFailures.of(attempted, e);
        }
    }

    /** A range of no bytes cannot be asked for. */
    private byte[] readNothing(String key, long offset, String attempted) throws IOException {
        ObjectInfo object = head(key);
        if (object.bytes() < offset) {
            throw pastTheEnd(attempted, new EOFException("the object ends at " + object.bytes() + " bytes"));
        }
        return new byte[0];
    }

    private static EOFException pastTheEnd(String attempted, IOException cause) {
        EOFException named = new EOFException(attempted + " failed: " + GcsFailures.reason(cause));
        named.initCause(cause);
        return named;
    }

    @Override
    public void put(String key, ByteBuffer content) throws IOException {
        insert(insertOf(names.of(key), content), names.attempt("put", key), content);
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
        Storage.Objects.Insert insert = insertOf(names.of(key), content).setIfGenerationMatch(0L);
        try {
            insert(insert, names.attempt("put if absent", key), content);
            return true;
        } catch (IOException e) {
            if (e.getCause() instanceof HttpResponseException answer && answer.getStatusCode() == PRECONDITION_FAILED) {
                return false;
            }
            throw e;
        }
    }

    private Storage.Objects.Insert insertOf(String name, ByteBuffer content) throws IOException {
        StorageObject object = newObject(name).setCrc32c(GcsChecksum.of(content));
        Storage.Objects.Insert insert = insertOf(object, content).setFields("size");
        insert.setDisableGZipContent(true);
        insert.getMediaHttpUploader().setDirectUploadEnabled(true);
        return insert;
    }

    private void insert(Storage.Objects.Insert insert, String attempted, ByteBuffer content) throws IOException {
        try {
            answer(insert);
            content.position(content.limit());
        } catch (IOException e) {
            throw GcsFailures.of(attempted, e);
        }
    }

    /** An insertion of {@code object}, with the settings that all have. */
    private Storage.Objects.Insert insertOf(StorageObject object, ByteBuffer content) throws IOException {
        Storage.Objects.Insert insert = objects().insert(config.bucket(), object, new BufferContent(content));
        return config.kmsKeyName().isEmpty() ? insert : insert.setKmsKeyName(config.kmsKeyName());
    }

    private StorageObject newObject(String name) {
        StorageObject object = new StorageObject()
                .setName(name)
                .setContentType(BufferContent.TYPE)
                // Objects that everybody may read would else be cached on the way for an hour.
                .setCacheControl("no-store, no-transform");
        return config.storageClass().isEmpty() ? object : object.setStorageClass(config.storageClass());
    }

    /**
     * A piece is a request, of {@link GcsConfig#chunkBytes}, which the writer holds; an object that is not larger is one request, at
     * its commit.
     */
    @Override
    public ObjectWriter write(String key) {
        ObjectKeys.require(key);
        return new GcsObjectWriter(this, key, names.attempt("write", key), config.chunkBytes());
    }

    UploadSession startUpload(String key) throws IOException {
        StorageObject object = newObject(names.of(key));
        Storage.Objects.Insert insert = insertOf(object, ByteBuffer.allocate(0)).setFields("size,crc32c");
        return UploadSession.open(connection.storage(), insert, object, config.endpoint());
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> visitor) throws IOException {
        listAfter(prefix, "", visitor);
    }

    @Override
    public boolean listsInOrder() {
        return true;
    }

    @Override
    public void listAfter(String prefix, String after, Consumer<ObjectInfo> visitor) throws IOException {
        ObjectKeys.requirePrefix(prefix);
        Storage.Objects.List request =
                page(prefix, after, LIST_PAGE_OBJECTS_MAX).setFields(LIST_FIELDS);
        String token = "";
        do {
            String next = visitPage(request, prefix, after, visitor);
            if (!next.isEmpty() && next.equals(token)) {
                throw new IOException(names.attempt("listing", prefix) + " failed: a page is followed by itself");
            }
            token = next;
            request.setPageToken(token);
        } while (!token.isEmpty());
    }

    /** Returns what names the next page; empty after the last one. */
    private String visitPage(Storage.Objects.List request, String prefix, String after, Consumer<ObjectInfo> visitor)
            throws IOException {
        Objects page;
        List<ObjectInfo> objects;
        try {
            page = answer(request);
            objects = infos(page.getItems() == null ? List.of() : page.getItems(), after);
        } catch (IOException e) {
            throw GcsFailures.of(names.attempt("listing", prefix), e);
        }
        objects.forEach(visitor);
        return page.getNextPageToken() == null ? "" : page.getNextPageToken();
    }

    private List<ObjectInfo> infos(List<StorageObject> page, String after) throws IOException {
        List<ObjectInfo> infos = new ArrayList<>(page.size());
        for (StorageObject object : page) {
            // Whoever looks at a bucket in a browser may leave objects that no key names.
            String key = names.keyOf(object.getName());
            if (!key.isEmpty() && key.compareTo(after) > 0) {
                infos.add(info(key, object));
            }
        }
        return infos;
    }

    private Storage.Objects.List page(String prefix, String after, long objectsMax) throws IOException {
        Storage.Objects.List request = objects().list(config.bucket()).setMaxResults(objectsMax);
        String namePrefix = config.namePrefix() + prefix;
        if (!namePrefix.isEmpty()) {
            request.setPrefix(namePrefix);
        }
        return after.isEmpty() ? request : request.setStartOffset(config.namePrefix() + after);
    }

    @Override
    public ObjectInfo head(String key) throws IOException {
        String name = names.of(key);
        try {
            return info(key, answer(objects().get(config.bucket(), name).setFields("size,timeCreated")));
        } catch (IOException e) {
            throw GcsFailures.ofObject(names.attempt("head", key), key, e);
        }
    }

    private static ObjectInfo info(String key, StorageObject object) throws IOException {
        if (object.getSize() == null || object.getTimeCreated() == null) {
            throw new TransientStoreException("the store gave an answer without the object's size or time", null);
        }
        return new ObjectInfo(
                key,
                object.getSize().longValueExact(),
                Instant.ofEpochMilli(object.getTimeCreated().getValue()));
    }

    private static <T> T answer(StorageRequest<T> request) throws IOException {
        try {
            return request.execute();
        } catch (IllegalArgumentException e) {
            throw new TransientStoreException("the store gave an answer that is no JSON", e);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        try {
            objects().delete(config.bucket(), names.of(key)).execute();
        } catch (IOException e) {
            if (GcsFailures.status(e) != 404) {
                throw GcsFailures.of(names.attempt("delete", key), e);
            }
        }
    }

    /**
     * Does nothing: uploads that were begun cannot be listed. Nobody sees them, they cost nothing, and the service drops them a week
     * after they began.
     */
    @Override
    public int removeAbandonedWrites(Instant startedBefore) {
        return 0;
    }

    /** Requests under way fail. */
    @Override
    public void close() throws IOException {
        connection.close();
    }

    private Storage.Objects objects() {
        return connection.storage().objects();
    }
}
