package tempo.tempodb.column;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.concurrent.ArrayBlockingQueue;

/** zstd with contexts, which are large and native, that are used again. Thread-safe. */
public final class Zstd {
    /** Contexts kept when idle; more threads than this at once make contexts of their own and free them. */
    private static final int IDLE_MAX = 2 * Runtime.getRuntime().availableProcessors();

    /** Level 3 was measured to save 2 % of the space for 35 % more CPU of the whole write (BlockWriterBenchmark). */
    private static final int LEVEL = 1;

    private static final ArrayBlockingQueue<ZstdCompressCtx> COMPRESSORS = new ArrayBlockingQueue<>(IDLE_MAX);
    private static final ArrayBlockingQueue<ZstdDecompressCtx> DECOMPRESSORS = new ArrayBlockingQueue<>(IDLE_MAX);

    private Zstd() {}

    /**
     * Appends {@code source[offset..offset + length)} to {@code target} as one zstd frame.
     *
     * @return the length of the frame
     */
    public static int compress(byte[] source, int offset, int length, GrowingBytes target) {
        int bound = bound(length);
        target.reserve(bound);
        ZstdCompressCtx idle = COMPRESSORS.poll();
        ZstdCompressCtx context = idle == null ? new ZstdCompressCtx().setLevel(LEVEL) : idle;
        try {
            int encoded = context.compressByteArray(target.array(), target.length(), bound, source, offset, length);
            target.extend(encoded);
            return encoded;
        } finally {
            if (!COMPRESSORS.offer(context)) {
                context.close();
            }
        }
    }

    /**
     * As many bytes as a frame of {@code length} bytes can stand for: its smallest block, of 4 bytes, for the largest stretch, of
     * 128 KiB of the same byte (RFC 8878, 3.1.1.2).
     */
    public static long rawLengthMax(int length) {
        return (long) length << 15;
    }

    /** Room that is enough for the frame of {@code length} bytes. */
    static int bound(int length) {
        return length + (length >>> 8) + 1024;
    }

    /**
     * Decodes one frame of {@code length} bytes at {@code offset} of {@code source} to exactly {@code target[0..rawLength)}.
     *
     * @throws CorruptPageException if it is no frame or has another length
     */
    public static void decompress(byte[] source, int offset, int length, byte[] target, int rawLength)
            throws CorruptPageException {
        ZstdDecompressCtx idle = DECOMPRESSORS.poll();
        ZstdDecompressCtx context = idle == null ? new ZstdDecompressCtx() : idle;
        int decoded;
        try {
            decoded = context.decompressByteArray(target, 0, rawLength, source, offset, length);
        } catch (ZstdException e) {
            throw new CorruptPageException("page cannot be decompressed (" + e.getMessage() + ")");
        } finally {
            if (!DECOMPRESSORS.offer(context)) {
                context.close();
            }
        }
        if (decoded != rawLength) {
            throw new CorruptPageException("page decodes to " + decoded + " bytes but its raw length is " + rawLength);
        }
    }
}
