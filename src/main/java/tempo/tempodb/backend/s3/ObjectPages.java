package tempo.tempodb.backend.s3;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.Uri;
import akka.http.scaladsl.model.HttpEntity;
import akka.http.scaladsl.model.HttpRequest;
import akka.stream.alpakka.s3.ListBucketResultContents;
import akka.stream.alpakka.s3.impl.HttpRequests;
import akka.stream.alpakka.s3.impl.ListBucketResult;
import akka.stream.alpakka.s3.impl.Marshalling;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;
import tempo.tempodb.backend.TransientStoreException;

/**
 * The objects of a bucket in the order of their keys, a page per request. Each page is asked for by the last key of the one before:
 * so a listing that broke off can go on from any key, which Alpakka's own cannot.
 */
final class ObjectPages {
    private ObjectPages() {}

    /**
     * Visits every object whose key starts with {@code prefix} and comes after {@code after}.
     *
     * @param after a key with the bucket's prefix; empty to begin with the first
     */
    static void visit(
            S3Connection connection,
            String attempted,
            String prefix,
            String after,
            Listing.Visitor<ListBucketResultContents> visitor)
            throws IOException {
        String last = after;
        boolean more = true;
        while (more) {
            String position = last;
            ListBucketResult page = connection.await(attempted, "", () -> page(connection, prefix, position));
            for (ListBucketResultContents object : CollectionConverters.asJava(page.contents())) {
                if (object.getKey().compareTo(last) <= 0 || !object.getKey().startsWith(prefix)) {
                    throw new IOException(
                            attempted + " in " + connection.config().place()
                                    + " failed: the store does not list objects of a prefix in the order of their keys");
                }
                last = object.getKey();
                visitor.visit(object);
            }
            more = page.isTruncated();
            if (more && last.equals(position)) {
                throw new TransientStoreException(
                        attempted + " in " + connection.config().place()
                                + " failed: the store sent an empty page and says that more follow",
                        null);
            }
        }
    }

    private static CompletionStage<ListBucketResult> page(S3Connection connection, String prefix, String after) {
        HttpRequest request = HttpRequests.listBucket(
                connection.config().bucket(),
                Option.apply(prefix.isEmpty() ? null : prefix),
                Option.empty(),
                Option.empty(),
                Headers.listOf(Map.of()),
                connection.settings());
        if (!after.isEmpty()) {
            Uri uri = request.getUri();
            request = request.withUri(uri.query(uri.query().withParam("start-after", after)));
        }
        return connection.send(request).thenCompose(response -> read(connection, response));
    }

    private static CompletionStage<ListBucketResult> read(S3Connection connection, HttpResponse response) {
        if (response.status().intValue() != 200) {
            return Answers.failure(connection, response);
        }
        return FutureConverters.asJava(Marshalling.listBucketResultUnmarshaller()
                .apply((HttpEntity) response.entity(), connection.system().dispatcher(), connection.materializer()));
    }
}
