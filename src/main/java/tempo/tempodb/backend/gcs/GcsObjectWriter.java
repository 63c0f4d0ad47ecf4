package tempo.tempodb.backend.gcs;

import com.google.api.services.storage.model.StorageObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.ObjectWriter;
import tempo.tempodb.backend.TransientStoreException;

/**
 * An upload in chunks. Holds what the store has not acknowledged, one chunk at most. A chunk whose request failed is not simply
 * sent again: the store is asked first how much of it came through.
 */
final class GcsObjectWriter implements ObjectWriter {
    private static final int FIRST_BUFFER_BYTES = 64 << 10;

    private final GcsObjectStore store;
    private final String key;
    private final String attempted;
    private final int chunkBytes;
    private final CRC32C crc = new CRC32C();

    private byte[] buffer;
    private int bufferedBytes;

    /** How much the store has acknowledged: the object's offset of the buffer's first byte. */
    private long sentBytes;

    private @Nullable UploadSession session;

    /** After a request of which it is not known what it did. */
    private boolean uncertain;

    private boolean committing;
    private boolean finished;

    GcsObjectWriter(GcsObjectStore store, String key, String attempted, int chunkBytes) {
        this.store = store;
        this.key = key;
        this.attempted = attempted;
        this.chunkBytes = chunkBytes;
        this.buffer = new byte[Math.min(FIRST_BUFFER_BYTES, chunkBytes)];
    }

    @Override
    public void write(ByteBuffer piece) throws IOException {
        requireUnfinished();
        if (committing) {
            throw new IllegalStateException("object " + key + " is being committed");
        }
        while (piece.hasRemaining()) {
            // Not before there is more: the last chunk says so, and must not be empty.
            while (bufferedBytes == chunkBytes) {
                sendChunk();
            }
            take(piece);
        }
    }

    private void take(ByteBuffer piece) {
        int count = Math.min(piece.remaining(), chunkBytes - bufferedBytes);
        if (bufferedBytes + count > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(chunkBytes, Math.max(bufferedBytes + count, 2 * buffer.length)));
        }
        piece.get(buffer, bufferedBytes, count);
        crc.update(buffer, bufferedBytes, count);
        bufferedBytes += count;
    }

    private void sendChunk() throws IOException {
        try {
            if (session == null) {
                session = store.startUpload(key);
            }
            advance(session, "");
        } catch (IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void commit() throws IOException {
        requireUnfinished();
        committing = true;
        if (session == null) {
            // Repeated, it replaces itself.
            store.put(key, buffered());
        } else {
            finish(session);
        }
        finished = true;
        buffer = new byte[0];
    }

    private void finish(UploadSession open) throws IOException {
        long totalBytes = sentBytes + bufferedBytes;
        try {
            Optional<StorageObject> object;
            do {
                object = advance(open, GcsChecksum.text(crc));
            } while (object.isEmpty());
            requireSame(object.get(), totalBytes);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /**
     * Makes one request: asks how far the upload is if that is not known, else sends what is buffered.
     *
     * @param crc32c of the object if this is its last part, else empty
     * @return the object, once it is complete
     */
    private Optional<StorageObject> advance(UploadSession open, String crc32c) throws IOException {
        boolean asked = uncertain;
        uncertain = true;
        UploadSession.Progress progress;
        if (asked) {
            progress = open.progress();
        } else if (crc32c.isEmpty()) {
            progress = open.send(sentBytes, buffered());
        } else {
            progress = open.finish(sentBytes, buffered(), crc32c);
        }
        if (progress.object().isPresent()) {
            if (crc32c.isEmpty()) {
                throw new IOException("the store has made an object of a part of it");
            }
            return progress.object();
        }
        long newBytes = progress.bytes() - sentBytes;
        if (newBytes < 0 || newBytes > bufferedBytes) {
            throw new IOException("the store has " + progress.bytes() + " bytes of the upload, which is not between "
                    + sentBytes + " and " + (sentBytes + bufferedBytes));
        }
        bufferedBytes -= (int) newBytes;
        System.arraycopy(buffer, (int) newBytes, buffer, 0, bufferedBytes);
        sentBytes += newBytes;
        uncertain = false;
        if (newBytes == 0 && !asked) {
            throw new TransientStoreException("the store took nothing of a part of the upload", null);
        }
        return Optional.empty();
    }

    /** The service has checked what it took against the checksum; this finds what took the place of the service. */
    private void requireSame(StorageObject object, long totalBytes) throws IOException {
        boolean sameSize = object.getSize() == null || object.getSize().longValueExact() == totalBytes;
        boolean sameCrc = object.getCrc32c() == null || object.getCrc32c().equals(GcsChecksum.text(crc));
        if (!sameSize || !sameCrc) {
            throw new IOException("the store has made an object of " + object.getSize() + " bytes with crc32c "
                    + object.getCrc32c() + " of one of " + totalBytes + " bytes with " + GcsChecksum.text(crc));
        }
    }

    @Override
    public void abort() {
        if (!finished) {
            finished = true;
            buffer = new byte[0];
            if (session != null) {
                session.cancel();
            }
        }
    }

    private ByteBuffer buffered() {
        return ByteBuffer.wrap(buffer, 0, bufferedBytes);
    }

    private IOException failure(IOException e) {
        return GcsFailures.isMissing(e)
                ? GcsFailures.missing(attempted + " failed: the store does not know the upload any more", key, e)
                : GcsFailures.of(attempted, e);
    }

    private void requireUnfinished() {
        if (finished) {
            throw new IllegalStateException("object " + key + " is already committed or aborted");
        }
    }
}
