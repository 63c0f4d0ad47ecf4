package tempo.receiver;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.apache.commons.compress.compressors.snappy.FramedSnappyCompressorInputStream;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorInputStream;
import tempo.span.Refusal;

/** The compressions that senders may use. Inflating stops at a limit, so that a small body cannot become a large one. */
public enum ContentCoding {
    IDENTITY("identity"),
    GZIP("gzip"),
    DEFLATE("deflate"),
    ZSTD("zstd"),
    /** Snappy's block format, or its framing format, which some senders mean by this name. */
    SNAPPY("snappy"),
    SNAPPY_FRAMED("x-snappy-framed"),
    /** The frame format of LZ4. */
    LZ4("lz4");

    /** For error messages. */
    public static final String NAMES =
            Stream.of(values()).map(coding -> coding.name).collect(Collectors.joining(", "));

    private static final int ZSTD_WINDOW_LOG_MAX = 23;
    /** What a block of Snappy may look back, as its writers have it. */
    private static final int SNAPPY_WINDOW = 64 << 10;
    /** The identifier with which the framing format begins; no block can. */
    private static final byte[] SNAPPY_FRAMING = HexFormat.of().parseHex("ff060000734e61507059");

    private static final int RATIO_GUESS = 6;
    private static final int CAPACITY_MIN = 4 << 10;

    private final String name;

    ContentCoding(String name) {
        this.name = name;
    }

    /**
     * The coding of that name in a header.
     *
     * @throws RefusedException if it is none of these
     */
    public static ContentCoding named(String name) throws RefusedException {
        for (ContentCoding coding : values()) {
            if (coding.name.equalsIgnoreCase(name.trim())) {
                return coding;
            }
        }
        if (name.trim().equalsIgnoreCase("zlib")) {
            return DEFLATE;
        }
        if (name.isBlank()) {
            return IDENTITY;
        }
        throw new RefusedException(
                Refusal.UNSUPPORTED_ENCODING,
                "content encoding must be one of " + NAMES + " but was " + printable(name));
    }

    /**
     * Inflates {@code source[offset..offset + length)}.
     *
     * @param config says how many bytes the result may have
     * @throws RefusedException if the input is not valid, or the result would be too large for the request or the node
     */
    public RequestBody.Collected inflate(
            byte[] source, int offset, int length, IntakeConfig config, InFlightBytes.Lease lease)
            throws RefusedException {
        long bytesMax = config.inflatedBytesMax();
        if (this == IDENTITY) {
            return new RequestBody.Collected(source, offset, length);
        }
        try (InputStream in = open(new ByteArrayInputStream(source, offset, length))) {
            byte[] inflated = new byte[(int) Math.min(Math.max((long) length * RATIO_GUESS, CAPACITY_MIN), bytesMax)];
            lease.acquire(inflated.length);
            int size = 0;
            while (true) {
                int read = in.read(inflated, size, inflated.length - size);
                if (read < 0) {
                    return new RequestBody.Collected(inflated, 0, size);
                }
                size += read;
                if (size == inflated.length) {
                    int next = in.read();
                    if (next < 0) {
                        return new RequestBody.Collected(inflated, 0, size);
                    }
                    if (size >= bytesMax) {
                        throw new RefusedException(
                                Refusal.REQUEST_TOO_LARGE,
                                "request inflates to more than " + bytesMax + " bytes ("
                                        + config.key("inflated-bytes-max") + ")");
                    }
                    int capacity = (int) Math.min(size * 2L, bytesMax);
                    lease.acquire(capacity - size);
                    inflated = Arrays.copyOf(inflated, capacity);
                    inflated[size++] = (byte) next;
                }
            }
        } catch (EOFException cutOff) {
            throw new RefusedException(Refusal.MALFORMED_REQUEST, "request is not valid " + name + ": it is cut off");
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException broken) {
            throw new RefusedException(
                    Refusal.MALFORMED_REQUEST, "request is not valid " + name + ": " + broken.getMessage());
        }
    }

    private InputStream open(InputStream in) throws IOException {
        return switch (this) {
            case IDENTITY -> in;
            case GZIP -> new GZIPInputStream(in, 8192);
            case DEFLATE -> openDeflate(in);
            case ZSTD -> openZstd(in);
            case SNAPPY -> openSnappy(in);
            case SNAPPY_FRAMED -> new FramedSnappyCompressorInputStream(in);
            case LZ4 -> new FramedLZ4CompressorInputStream(in, true);
        };
    }

    /** By RFC 9110 "deflate" is the zlib format (RFC 1950), but many senders leave zlib's two bytes away (RFC 1951). */
    private static InputStream openDeflate(InputStream in) throws IOException {
        PushbackInputStream start = new PushbackInputStream(in, 2);
        byte[] header = start.readNBytes(2);
        start.unread(header);
        boolean zlib =
                header.length == 2 && (header[0] & 0xf) == 8 && ((header[0] & 0xff) << 8 | header[1] & 0xff) % 31 == 0;
        Inflater inflater = new Inflater(!zlib);
        return new InflaterInputStream(start, inflater, 8192) {
            @Override
            public void close() throws IOException {
                inflater.end();
                super.close();
            }
        };
    }

    private static InputStream openZstd(InputStream in) throws IOException {
        ZstdInputStream zstd = new ZstdInputStream(in);
        zstd.setLongMax(ZSTD_WINDOW_LOG_MAX);
        return zstd;
    }

    private static InputStream openSnappy(InputStream in) throws IOException {
        PushbackInputStream start = new PushbackInputStream(in, SNAPPY_FRAMING.length);
        byte[] header = start.readNBytes(SNAPPY_FRAMING.length);
        start.unread(header);
        return Arrays.equals(header, SNAPPY_FRAMING)
                ? new FramedSnappyCompressorInputStream(start)
                : new SnappyCompressorInputStream(start, SNAPPY_WINDOW);
    }

    private static String printable(String text) {
        String start = text.length() > 40 ? text.substring(0, 40) : text;
        return start.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
