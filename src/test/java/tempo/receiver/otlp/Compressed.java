package tempo.receiver.otlp;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyFramedOutputStream;

/** Bodies as senders compress them. */
enum Compressed {
    IDENTITY("identity") {
        @Override
        OutputStream over(OutputStream out) {
            return out;
        }
    },
    GZIP("gzip") {
        @Override
        OutputStream over(OutputStream out) throws IOException {
            return new GZIPOutputStream(out);
        }
    },
    ZLIB("deflate") {
        @Override
        OutputStream over(OutputStream out) {
            return new DeflaterOutputStream(out);
        }
    },
    RAW_DEFLATE("deflate") {
        @Override
        OutputStream over(OutputStream out) {
            return new DeflaterOutputStream(out, new Deflater(Deflater.BEST_COMPRESSION, true));
        }
    },
    ZSTD("zstd") {
        @Override
        OutputStream over(OutputStream out) throws IOException {
            return new ZstdOutputStream(out, Zstd.defaultCompressionLevel());
        }
    },
    /** A block knows its length before it begins. */
    SNAPPY("snappy") {
        @Override
        OutputStream over(OutputStream out) {
            return new ByteArrayOutputStream() {
                @Override
                public void close() throws IOException {
                    out.write(Snappy.compress(toByteArray()));
                }
            };
        }
    },
    SNAPPY_FRAMED("x-snappy-framed") {
        @Override
        OutputStream over(OutputStream out) throws IOException {
            return new SnappyFramedOutputStream(out);
        }
    },
    /** As gRPC's senders in Go mean the name. */
    SNAPPY_FRAMED_BY_ITS_OTHER_NAME("snappy") {
        @Override
        OutputStream over(OutputStream out) throws IOException {
            return new SnappyFramedOutputStream(out);
        }
    },
    LZ4("lz4") {
        @Override
        OutputStream over(OutputStream out) throws IOException {
            return new LZ4FrameOutputStream(out);
        }
    };

    private static final int CHUNK = 1 << 20;

    /** As it stands in the header. */
    final String header;

    Compressed(String header) {
        this.header = header;
    }

    abstract OutputStream over(OutputStream out) throws IOException;

    byte[] bytes(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = over(bytes)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Inflates to {@code mebibytes} of zeros. */
    byte[] bomb(int mebibytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = over(bytes)) {
            for (int i = 0; i < mebibytes; i++) {
                out.write(new byte[CHUNK]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
