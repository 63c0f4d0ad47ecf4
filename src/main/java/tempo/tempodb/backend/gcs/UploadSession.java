package tempo.tempodb.backend.gcs;

import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpResponseException;
import com.google.api.client.http.json.JsonHttpContent;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An upload that the service has begun, as its resumable protocol has it: parts, each with its place in the object, and after each
 * the service says up to where it has all. Who knows the session's address can write into it, so no message has it in it.
 */
final class UploadSession {
    private static final int RESUME_INCOMPLETE = 308;
    private static final int ERROR_BYTES_MAX = 4096;
    private static final Pattern RANGE = Pattern.compile("bytes=0-(\\d{1,18})");
    private static final Pattern ERROR_MESSAGE = Pattern.compile("\"message\"\\s*:\\s*\"([^\"]*)\"");

    private final Storage storage;
    private final String address;

    private UploadSession(Storage storage, String address) {
        this.storage = storage;
        this.address = address;
    }

    /**
     * How far an upload is.
     *
     * @param bytes how many of the object's first bytes the service has
     * @param object what became of it, once it is complete
     */
    record Progress(long bytes, Optional<StorageObject> object) {}

    /**
     * Begins an upload.
     *
     * @param insert says where to, and how
     * @param object what is known of the object beforehand
     * @param endpoint where its requests go to, whatever name the service has for itself; empty believes the service
     */
    static UploadSession open(Storage storage, Storage.Objects.Insert insert, StorageObject object, String endpoint)
            throws IOException {
        GenericUrl url = insert.buildHttpRequestUrl();
        url.put("uploadType", "resumable");
        HttpRequest request = storage.getRequestFactory()
                .buildPostRequest(url, new JsonHttpContent(storage.getJsonFactory(), object));
        request.getHeaders().set("X-Upload-Content-Type", BufferContent.TYPE);
        HttpResponse response = request.execute();
        String location = response.getHeaders().getLocation();
        response.ignore();
        if (location == null) {
            throw new IOException("the store began an upload and did not say where");
        }
        return new UploadSession(storage, endpoint.isEmpty() ? location : moved(location, endpoint));
    }

    private static String moved(String location, String endpoint) throws IOException {
        try {
            URI uri = URI.create(location);
            return endpoint + uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        } catch (IllegalArgumentException e) {
            throw new IOException("the store began an upload at an address that is none");
        }
    }

    /** Sends a part that is not the last, a multiple of 256 KiB. The service may take less of it. */
    Progress send(long offset, ByteBuffer part) throws IOException {
        return put(range(offset, part) + "/*", new BufferContent(part), null);
    }

    /** Sends the last part, which may be empty. The object is made if it has the checksum {@code crc32c}. */
    Progress finish(long offset, ByteBuffer part, String crc32c) throws IOException {
        long totalBytes = offset + part.remaining();
        return put(range(offset, part) + "/" + totalBytes, new BufferContent(part), "crc32c=" + crc32c);
    }

    /** Asks how far the upload is. */
    Progress progress() throws IOException {
        return put("bytes */*", new ByteArrayContent(BufferContent.TYPE, new byte[0]), null);
    }

    private static String range(long offset, ByteBuffer part) {
        return part.hasRemaining() ? "bytes " + offset + "-" + (offset + part.remaining() - 1) : "bytes *";
    }

    private Progress put(String contentRange, HttpContent content, @Nullable String hash) throws IOException {
        HttpRequest request = storage.getRequestFactory().buildPutRequest(new GenericUrl(address, true), content);
        request.setThrowExceptionOnExecuteError(false).setParser(storage.getObjectParser());
        HttpHeaders headers = request.getHeaders().setContentRange(contentRange);
        if (hash != null) {
            headers.set("x-goog-hash", hash);
        }
        HttpResponse response = request.execute();
        try {
            if (response.isSuccessStatusCode()) {
                StorageObject object = response.parseAs(StorageObject.class);
                return new Progress(0, Optional.ofNullable(object));
            }
            if (response.getStatusCode() == RESUME_INCOMPLETE) {
                String range = response.getHeaders().getRange();
                response.ignore();
                return new Progress(acknowledged(range), Optional.empty());
            }
            throw failure(response);
        } catch (IllegalArgumentException e) {
            throw new IOException("the store gave an answer that is no JSON");
        } finally {
            response.disconnect();
        }
    }

    private static long acknowledged(@Nullable String range) throws IOException {
        if (range == null) {
            return 0;
        }
        Matcher matcher = RANGE.matcher(range);
        if (!matcher.matches()) {
            throw new IOException("the store says that it has the range " + GcsFailures.oneLine(range));
        }
        return Long.parseLong(matcher.group(1)) + 1;
    }

    /** The client's own exception would have the address in its message. */
    private static HttpResponseException failure(HttpResponse response) throws IOException {
        String body = new String(response.getContent().readNBytes(ERROR_BYTES_MAX), StandardCharsets.UTF_8);
        Matcher message = ERROR_MESSAGE.matcher(body);
        String said = message.find() ? message.group(1) : response.getStatusMessage();
        return new HttpResponseException.Builder(response.getStatusCode(), said, new HttpHeaders())
                .setMessage(response.getStatusCode() + " " + said)
                .build();
    }

    /** Has the service drop it, if that can be done now; else it does so by itself in a week. */
    void cancel() {
        try {
            HttpRequest request = storage.getRequestFactory().buildDeleteRequest(new GenericUrl(address, true));
            request.setThrowExceptionOnExecuteError(false).execute().disconnect();
        } catch (IOException droppedInAWeek) {
            return;
        }
    }
}
