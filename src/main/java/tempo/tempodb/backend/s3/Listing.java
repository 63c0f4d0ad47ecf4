package tempo.tempodb.backend.s3;

import akka.stream.javadsl.Sink;
import akka.stream.javadsl.SinkQueueWithCancel;
import akka.stream.javadsl.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What comes page by page, handed to the thread that asked for it. */
final class Listing {
    /** So many elements wait for the visitor at most, besides a page. */
    private static final int BATCH_MAX = 1_000;

    private Listing() {}

    /** Sees one element; may call the store. */
    interface Visitor<T> {
        void visit(T element) throws IOException;
    }

    /** Visits all elements of {@code pages}; each page has the request timeout for itself. */
    static <T> void visit(S3Connection connection, String attempted, Source<T, ?> pages, Visitor<T> visitor)
            throws IOException {
        Source<List<T>, ?> batches = pages.<List<T>>batch(BATCH_MAX, Listing::first, Listing::append)
                .withAttributes(connection.attributes());
        Queue<T> queue = new Queue<>(connection, batches);
        try {
            while (true) {
                Optional<List<T>> batch = connection.await(attempted, "", queue);
                if (batch.isEmpty()) {
                    return;
                }
                for (T element : batch.get()) {
                    visitor.visit(element);
                }
            }
        } finally {
            queue.cancel();
        }
    }

    /** Starts with the first element asked for, since the connection asks for credentials then. */
    private static final class Queue<T> implements S3Connection.Request<Optional<List<T>>> {
        private final S3Connection connection;
        private final Source<List<T>, ?> batches;
        private @Nullable SinkQueueWithCancel<List<T>> running;

        Queue(S3Connection connection, Source<List<T>, ?> batches) {
            this.connection = connection;
            this.batches = batches;
        }

        @Override
        public CompletionStage<Optional<List<T>>> send() {
            SinkQueueWithCancel<List<T>> queue = running;
            if (queue == null) {
                queue = batches.runWith(Sink.queue(1), connection.materializer());
                running = queue;
            }
            return queue.pull();
        }

        void cancel() {
            if (running != null) {
                running.cancel();
            }
        }
    }

    private static <T> List<T> first(T element) {
        List<T> batch = new ArrayList<>();
        batch.add(element);
        return batch;
    }

    private static <T> List<T> append(List<T> batch, T element) {
        batch.add(element);
        return batch;
    }
}
