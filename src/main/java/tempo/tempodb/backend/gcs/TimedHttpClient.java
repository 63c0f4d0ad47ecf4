package tempo.tempodb.backend.gcs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.http.HttpEntity;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpRequestBase;
import org.apache.http.entity.HttpEntityWrapper;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client that gives each request a fixed time for all of it. A socket's own timeout starts anew with each byte that
 * arrives and does not hold for bytes that are sent, so a slow server could keep a caller for ever. Thread-safe.
 */
final class TimedHttpClient extends CloseableHttpClient {
    private final CloseableHttpClient client;
    private final Duration limit;
    private final ScheduledThreadPoolExecutor timer;

    /** Owns {@code client}. */
    TimedHttpClient(CloseableHttpClient client, Duration limit) {
        this.client = client;
        this.limit = limit;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "gcs-request-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    protected CloseableHttpResponse doExecute(HttpHost target, HttpRequest request, @Nullable HttpContext context)
            throws IOException {
        if (!(request instanceof HttpRequestBase abortable)) {
            throw new IllegalArgumentException("request cannot be aborted: " + request.getClass());
        }
        if (timer.isShutdown()) {
            throw new StoreClosedException(null);
        }
        Watch watch = new Watch(abortable);
        boolean answered = false;
        try {
            CloseableHttpResponse response = client.execute(target, request, context);
            HttpEntity entity = response.getEntity();
            if (entity != null) {
                response.setEntity(new TimedEntity(entity, watch));
                answered = true;
            }
            return response;
        } catch (IOException e) {
            throw watch.named(e);
        } catch (IllegalStateException e) {
            throw new StoreClosedException(e);
        } finally {
            if (!answered) {
                watch.stop();
            }
        }
    }

    @Override
    public void close() throws IOException {
        timer.shutdownNow();
        client.close();
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public org.apache.http.params.HttpParams getParams() {
        return client.getParams();
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public org.apache.http.conn.ClientConnectionManager getConnectionManager() {
        return client.getConnectionManager();
    }

    /** Breaks a request off when its time is over. */
    private final class Watch {
        private final HttpRequestBase request;
        private final ScheduledFuture<?> end;
        private volatile boolean over;

        Watch(HttpRequestBase request) {
            this.request = request;
            end = timer.schedule(
                    () -> {
                        over = true;
                        request.abort();
                    },
                    limit.toNanos(),
                    TimeUnit.NANOSECONDS);
        }

        void stop() {
            end.cancel(false);
        }

        /** Closes the connection. */
        void abort() {
            request.abort();
        }

        IOException named(IOException e) {
            if (!over) {
                return e;
            }
            SocketTimeoutException named =
                    new SocketTimeoutException("no complete answer within " + limit.toMillis() + " ms");
            named.initCause(e);
            return named;
        }
    }

    /** A body whose time runs until it is closed. */
    private static final class TimedEntity extends HttpEntityWrapper {
        private final Watch watch;
        private @Nullable InputStream content;

        TimedEntity(HttpEntity entity, Watch watch) {
            super(entity);
            this.watch = watch;
        }

        @Override
        public InputStream getContent() throws IOException {
            // The client asks again when it is done with it.
            if (content == null) {
                content = new TimedStream(super.getContent(), watch);
            }
            return content;
        }
    }

    /** What is left of a body when it is closed is not waited for: its connection is given up, unless it is little. */
    private static final class TimedStream extends FilterInputStream {
        private static final int DRAINED_BYTES_MAX = 64 << 10;

        private final Watch watch;
        private boolean ended;
        private boolean broken;
        private boolean closed;

        TimedStream(InputStream in, Watch watch) {
            super(in);
            this.watch = watch;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            try {
                int count = in.read(target, offset, length);
                ended |= count < 0;
                return count;
            } catch (IOException e) {
                broken = true;
                throw watch.named(e);
            }
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try {
                if (ended || !broken && endsSoon()) {
                    in.close();
                } else {
                    watch.abort();
                }
            } finally {
                watch.stop();
            }
        }

        private boolean endsSoon() throws IOException {
            readNBytes(DRAINED_BYTES_MAX);
            return ended;
        }
    }
}
