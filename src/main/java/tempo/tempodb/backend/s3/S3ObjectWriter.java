package tempo.tempodb.backend.s3;

import akka.stream.alpakka.s3.MultipartUpload;
import akka.stream.alpakka.s3.Part;
import akka.util.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.ObjectWriter;

/**
 * An object that is uploaded in parts as it grows, or by one put if it stays smaller than a part. A part is uploaded by the write that
 * meets it full, and again by the next call if that failed: so memory is one part.
 */
final class S3ObjectWriter implements ObjectWriter {
    /** S3's own limit. */
    private static final int PARTS_MAX = 10_000;

    private static final int BUFFER_BYTES_MIN = 64 << 10;

    private final S3Connection connection;
    private final S3Uploads uploads;
    private final String key;
    private final String bucketKey;
    private final List<Part> parts = new ArrayList<>();
    private byte[] buffer = new byte[BUFFER_BYTES_MIN];
    private int buffered;
    private @Nullable MultipartUpload upload;
    private boolean whole;
    private boolean finished;

    S3ObjectWriter(S3Connection connection, S3Uploads uploads, String key, String bucketKey) {
        this.connection = connection;
        this.uploads = uploads;
        this.key = key;
        this.bucketKey = bucketKey;
    }

    @Override
    public void write(ByteBuffer piece) throws IOException {
        requireUnfinished();
        if (whole) {
            throw new IllegalStateException("object " + key + " was to be committed already");
        }
        int partBytes = connection.config().partBytes();
        while (piece.hasRemaining()) {
            if (buffered == partBytes) {
                uploadPart();
            }
            if (buffered == buffer.length) {
                buffer = Arrays.copyOf(buffer, (int) Math.min(partBytes, 2L * buffer.length));
            }
            int count = Math.min(piece.remaining(), buffer.length - buffered);
            piece.get(buffer, buffered, count);
            buffered += count;
        }
    }

    /** A part, or the whole, that is sent once more replaces what may have come of the attempt before. */
    @Override
    public void commit() throws IOException {
        requireUnfinished();
        whole = true;
        MultipartUpload begun = upload;
        if (begun == null) {
            ByteString content = buffered();
            connection.await("write of object " + key, key, () -> uploads.put(bucketKey, content, Map.of()));
        } else {
            if (buffered > 0) {
                uploadPart();
            }
            List<Part> all = List.copyOf(parts);
            connection.await(
                    "commit of object " + key + " of " + all.size() + " parts",
                    key,
                    () -> uploads.complete(begun, all));
        }
        finish();
    }

    /** After a commit of which it is not known whether it happened, the store does nothing if it did. */
    @Override
    public void abort() {
        if (finished) {
            return;
        }
        finish();
        MultipartUpload begun = upload;
        if (begun != null) {
            try {
                connection.await("abort of the upload of object " + key, key, () -> uploads.abort(begun));
            } catch (IOException sweptLater) {
                return;
            }
        }
    }

    private void finish() {
        finished = true;
        buffer = new byte[0];
        buffered = 0;
    }

    private void uploadPart() throws IOException {
        int number = parts.size() + 1;
        if (number > PARTS_MAX) {
            throw new IOException("object " + key + " has more than " + PARTS_MAX + " parts of "
                    + connection.config().partBytes() + " bytes, part-bytes must be larger");
        }
        if (upload == null) {
            upload = connection.await("start of the upload of object " + key, key, () -> uploads.begin(bucketKey));
        }
        MultipartUpload begun = upload;
        ByteString content = buffered();
        boolean uploaded = false;
        try {
            parts.add(connection.await(
                    "upload of part " + number + " of object " + key, key, () -> uploads.part(begun, number, content)));
            uploaded = true;
        } finally {
            if (!uploaded) {
                // A request that was given up may still be reading the array.
                buffer = buffer.clone();
            }
        }
        buffered = 0;
    }

    private ByteString buffered() {
        return ByteString.fromArrayUnsafe(buffer, 0, buffered);
    }

    private void requireUnfinished() {
        if (finished) {
            throw new IllegalStateException("object " + key + " is already committed or aborted");
        }
    }
}
