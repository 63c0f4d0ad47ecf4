package tempo.tempodb.backend.gcs;

import com.google.api.client.http.AbstractInputStreamContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Bytes of an object as the body of a request, not copied. The buffer keeps its position. */
final class BufferContent extends AbstractInputStreamContent {
    static final String TYPE = "application/octet-stream";
    private static final int PIECE_BYTES = 64 << 10;

    private final ByteBuffer bytes;

    /** Takes the remaining bytes, which must not change while requests are made. */
    BufferContent(ByteBuffer bytes) {
        super(TYPE);
        this.bytes = bytes.duplicate();
    }

    @Override
    public long getLength() {
        return bytes.remaining();
    }

    /** A token that expired may have the same bytes sent twice. */
    @Override
    public boolean retrySupported() {
        return true;
    }

    @Override
    public InputStream getInputStream() {
        ByteBuffer left = bytes.duplicate();
        return new InputStream() {
            @Override
            public int read() {
                return left.hasRemaining() ? left.get() & 0xff : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (!left.hasRemaining()) {
                    return length == 0 ? 0 : -1;
                }
                int count = Math.min(length, left.remaining());
                left.get(target, offset, count);
                return count;
            }
        };
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        ByteBuffer left = bytes.duplicate();
        if (left.hasArray()) {
            out.write(left.array(), left.arrayOffset() + left.position(), left.remaining());
        } else {
            byte[] piece = new byte[Math.min(PIECE_BYTES, left.remaining())];
            while (left.hasRemaining()) {
                int count = Math.min(piece.length, left.remaining());
                left.get(piece, 0, count);
                out.write(piece, 0, count);
            }
        }
        out.flush();
    }
}
