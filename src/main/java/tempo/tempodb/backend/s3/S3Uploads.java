package tempo.tempodb.backend.s3;

import akka.Done;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.ContentType;
import akka.http.scaladsl.model.HttpRequest;
import akka.stream.alpakka.s3.MultipartUpload;
import akka.stream.alpakka.s3.ObjectMetadata;
import akka.stream.alpakka.s3.Part;
import akka.stream.alpakka.s3.S3Headers;
import akka.stream.alpakka.s3.impl.HttpRequests;
import akka.stream.alpakka.s3.impl.MemoryChunk;
import akka.stream.alpakka.s3.impl.S3Location;
import akka.stream.alpakka.s3.javadsl.S3;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tempo.tempodb.backend.TransientStoreException;

/**
 * The requests that store something. Each is signed together with the SHA-256 of its body, which the store compares with what has
 * reached it: a body that was damaged on its way is refused.
 *
 * <p>Alpakka's own sink for uploads goes on after a part has failed, says so only at the end and in text, and leaves the upload
 * behind. So the requests for an upload and its parts are Alpakka's, but sent one by one.
 */
final class S3Uploads {
    private static final Pattern UPLOAD_ID = Pattern.compile("<UploadId>([^<]+)</UploadId>");

    private final S3Connection connection;
    private final Map<String, String> creating;

    S3Uploads(S3Connection connection) {
        this.connection = connection;
        this.creating = Headers.creating(connection.config());
    }

    /** @param conditions headers that say when the object may be put */
    CompletionStage<ObjectMetadata> put(String bucketKey, ByteString content, Map<String, String> conditions) {
        Map<String, String> headers = new HashMap<>(creating);
        headers.putAll(conditions);
        return connection.first(S3.putObject(
                connection.config().bucket(),
                bucketKey,
                Source.single(content),
                content.length(),
                ContentTypes.APPLICATION_OCTET_STREAM,
                Headers.of(headers)));
    }

    CompletionStage<MultipartUpload> begin(String bucketKey) {
        HttpRequest request = HttpRequests.initiateMultipartUploadRequest(
                new S3Location(connection.config().bucket(), bucketKey),
                (ContentType) ContentTypes.APPLICATION_OCTET_STREAM,
                Headers.listOf(creating),
                connection.settings());
        return connection.send(request).thenCompose(response -> begun(bucketKey, response));
    }

    CompletionStage<Part> part(MultipartUpload upload, int number, ByteString content) {
        HttpRequest request = HttpRequests.uploadPartRequest(
                upload, number, new MemoryChunk(content), Headers.listOf(Map.of()), connection.settings());
        return connection
                .send(request)
                .thenCompose(response -> Answers.success(connection, response))
                .thenCompose(response -> response.getHeader("ETag")
                        .map(etag -> CompletableFuture.completedFuture(Part.create(etag.value(), number)))
                        .orElseGet(() -> incomplete("the store named no ETag")));
    }

    CompletionStage<Done> complete(MultipartUpload upload, List<Part> parts) {
        return S3.completeMultipartUpload(
                        upload.getBucket(),
                        upload.getKey(),
                        upload.getUploadId(),
                        parts,
                        S3Headers.create(),
                        connection.system(),
                        connection.attributes())
                // The status is sent before the work is done, and an error that follows it is no result with an ETag.
                .thenCompose(result -> result.getETag().isEmpty()
                        ? incomplete("the store answered 200 and then with an error")
                        : CompletableFuture.completedFuture(Done.getInstance()));
    }

    CompletionStage<Done> abort(MultipartUpload upload) {
        return connection.first(
                S3.deleteUploadSource(upload.getBucket(), upload.getKey(), upload.getUploadId(), S3Headers.create()));
    }

    private CompletionStage<MultipartUpload> begun(String bucketKey, HttpResponse response) {
        if (response.status().intValue() != 200) {
            return Answers.failure(connection, response);
        }
        return Answers.text(connection, response).thenCompose(body -> {
            Matcher id = UPLOAD_ID.matcher(body);
            return id.find()
                    ? CompletableFuture.completedFuture(
                            MultipartUpload.create(connection.config().bucket(), bucketKey, id.group(1)))
                    : incomplete("the store named no upload id");
        });
    }

    private static <T> CompletableFuture<T> incomplete(String problem) {
        return CompletableFuture.failedFuture(new TransientStoreException(problem, null));
    }
}
