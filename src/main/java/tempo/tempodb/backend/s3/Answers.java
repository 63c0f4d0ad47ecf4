package tempo.tempodb.backend.s3;

import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.StatusCode;
import akka.stream.alpakka.s3.S3Exception;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What the store says besides the content of objects. */
final class Answers {
    private Answers() {}

    /** The whole body, as text; it is bounded by the connection's limit. */
    static CompletionStage<String> text(S3Connection connection, HttpResponse response) {
        return response.entity()
                .toStrict(connection.config().requestTimeout().toMillis(), connection.materializer())
                .thenApply(entity -> entity.getData().utf8String());
    }

    /** A failed stage with what an answer that is no success says. */
    static <T> CompletionStage<T> failure(S3Connection connection, HttpResponse response) {
        return text(connection, response)
                .thenCompose(body ->
                        CompletableFuture.failedFuture(S3Exception.apply(body, (StatusCode) response.status())));
    }

    /** The response if it is a success; its body is drained, so that the connection is free again. */
    static CompletionStage<HttpResponse> success(S3Connection connection, HttpResponse response) {
        if (!response.status().isSuccess() || response.status().isRedirection()) {
            return failure(connection, response);
        }
        return response.discardEntityBytes(connection.materializer())
                .completionStage()
                .thenApply(done -> response);
    }
}
