package tempo.tempodb.block;

import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.Zstd;

/** Frames of opaque values: zstd where that makes them smaller. Stateless. */
final class FrameCodec {
    private FrameCodec() {}

    /**
     * Appends {@code source[offset..offset + length)} to {@code target}, compressed if that makes it smaller.
     *
     * @return the encoding: {@link BlockLayout#ENCODING_RAW} or {@link BlockLayout#ENCODING_ZSTD}
     */
    static int encode(byte[] source, int offset, int length, GrowingBytes target) {
        int start = target.length();
        if (Zstd.compress(source, offset, length, target) < length) {
            return BlockLayout.ENCODING_ZSTD;
        }
        target.truncate(start);
        target.put(source, offset, length);
        return BlockLayout.ENCODING_RAW;
    }

    /** Decodes {@code length} bytes at {@code offset} of {@code source} to exactly {@code target[0..rawLength)}. */
    static void decode(
            int encoding, byte[] source, int offset, int length, byte[] target, int rawLength, BlockPlace place)
            throws CorruptBlockException {
        if (encoding == BlockLayout.ENCODING_RAW) {
            if (length != rawLength) {
                throw place.corrupt("raw page is of " + length + " bytes but its raw length is " + rawLength);
            }
            System.arraycopy(source, offset, target, 0, length);
        } else if (encoding == BlockLayout.ENCODING_ZSTD) {
            try {
                Zstd.decompress(source, offset, length, target, rawLength);
            } catch (CorruptPageException e) {
                throw place.corrupt(String.valueOf(e.getMessage()));
            }
        } else {
            throw place.corrupt("page encoding is unknown: " + encoding);
        }
    }
}
