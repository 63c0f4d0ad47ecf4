package tempo.tempodb.spans;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import tempo.span.MalformedProtobufException;
import tempo.span.MergedTrace;
import tempo.span.TraceMerge;
import tempo.tempodb.column.CorruptPageException;
import tempo.tempodb.column.GrowingBytes;
import tempo.tempodb.column.LongCursor;
import tempo.tempodb.column.TextCursor;
import tempo.tempodb.column.TextPatterns;

/**
 * What is done with any bytes: a value that is taken comes back equal; what is stored is decoded or refused, with its checksums right
 * all the same, and in memory that is in proportion.
 */
final class SpansTarget {
    private static final int ROWS = 40;
    private static final Groups.Stored STORED = Groups.store(
            List.of(new RandomOtlp(new Random(1), false).entry(30), new RandomOtlp(new Random(2), true).entry(30)));

    private SpansTarget() {}

    /** The first byte chooses what is done with the rest. */
    static void run(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        try {
            switch (input[0] & 7) {
                case 0, 1 -> comesBack(rest);
                case 2 -> Segment.decode(rest);
                case 3 -> readGroup(patched(rest));
                case 4 -> readNumbers(rest);
                case 5 -> readTexts(rest);
                case 6 -> StripSummary.decode(rest, 3);
                default -> readBlooms(rest);
            }
        } catch (CorruptPageException refused) {
            assertEquals(false, String.valueOf(refused.getMessage()).isEmpty());
        }
    }

    /** Values that are no {@code TracesData} are refused; of all others the spans come back, byte for byte. */
    static void comesBack(byte[] value) throws CorruptPageException {
        MergedTrace merged = TraceMerge.merge(List.of(value));
        SpanGroupWriter writer = new SpanGroupWriter();
        try {
            writer.add(Groups.KEY.high(), Groups.KEY.low(), value, 0, value.length);
        } catch (MalformedProtobufException refused) {
            assertEquals(1, merged.failures().size(), "refused, but it can be merged");
            return;
        }
        if (!merged.failures().isEmpty()) {
            return;
        }
        List<byte[]> read = Groups.read(Groups.store(List.of(value)));
        assertEquals(1, read.size());
        assertArrayEquals(merged.bytes(), TraceMerge.merge(read).bytes());
    }

    private static void readGroup(Groups.Stored stored) throws CorruptPageException {
        SpanGroup group = stored.open();
        SpanRows rows = new SpanRows(group);
        rows.durations();
        rows.anchors();
        rows.resources();
        EntryDecoder decoder = new EntryDecoder(group);
        for (int i = 0; i < group.entries(); i++) {
            decoder.read(i);
        }
    }

    /** Puts each 3 bytes of {@code patches}, a place and a value, into the pages of a group, and makes their checksums right. */
    private static Groups.Stored patched(byte[] patches) throws CorruptPageException {
        byte[] bytes = STORED.bytes().clone();
        int pagesAt = STORED.directoryLength();
        for (int i = 0; i + 2 < patches.length; i += 3) {
            int offset = ((patches[i] & 0xff) << 8 | patches[i + 1] & 0xff) % (bytes.length - pagesAt);
            bytes[pagesAt + offset] = patches[i + 2];
        }
        reseal(bytes, pagesAt);
        return new Groups.Stored(bytes, pagesAt, STORED.segment());
    }

    /** Walks over the directory, see {@link PageDirectory}, and puts the checksum of each page into it. */
    private static void reseal(byte[] bytes, int pagesAt) throws CorruptPageException {
        TableBytes in = new TableBytes(bytes, 0, pagesAt);
        int pages = in.count("pages", 1000);
        int at = pagesAt;
        for (int i = 0; i < pages; i++) {
            in.varint64("number");
            int flags = in.u8("flags");
            in.varint64("rows");
            int length = in.count("length", bytes.length);
            CRC32C crc = new CRC32C();
            crc.update(bytes, at, length);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(in.position(), (int) crc.getValue());
            in.skip(Integer.BYTES);
            at += length;
            if ((flags & 1) != 0) {
                in.varint64("minimum");
                in.varint64("maximum");
            }
        }
    }

    private static void readNumbers(byte[] page) throws CorruptPageException {
        LongCursor cursor = LongCursor.open(page, 0, page.length, ROWS);
        cursor.skip(3);
        cursor.read(new long[ROWS], 0, ROWS);
        LongCursor.open(page, 0, page.length, ROWS).readInts(new int[ROWS], 0, ROWS, 1000);
    }

    private static void readTexts(byte[] page) throws CorruptPageException {
        Segment segment = Segment.decode(STORED.segment());
        for (int column = 0; column < segment.columns(); column++) {
            if (segment.column(column).isText()) {
                TextPatterns patterns = segment.patterns(column);
                TextCursor.patterns(page, 0, page.length, ROWS, patterns);
                TextCursor cursor = TextCursor.open(page, 0, page.length, ROWS, patterns);
                GrowingBytes text = new GrowingBytes(64);
                while (cursor.remaining() > 0) {
                    cursor.next(text);
                }
                return;
            }
        }
    }

    private static void readBlooms(byte[] part) throws CorruptPageException {
        StripBlooms blooms = StripBlooms.decode(part, 2);
        for (int column = 0; column < 8; column++) {
            blooms.mayHold(0, column, 1, 2, 3);
            blooms.mayHold(1, column, 1, 2, 3);
        }
        StripColumn.decode(part, 2).values(1, ROWS).read(new long[ROWS], 0, ROWS);
    }

    /** Inputs that reach deep. */
    static List<byte[]> seeds() {
        byte[] entry = new RandomOtlp(new Random(3), true).entry(12);
        GrowingBytes strip = new GrowingBytes(1024);
        SpanGroupWriter writer = new SpanGroupWriter();
        StripWriter strips = new StripWriter();
        try {
            for (int i = 0; i < 3; i++) {
                writer.add(1, i, entry, 0, entry.length);
                strips.add(writer.finish(new GrowingBytes(64), new GrowingBytes(64)));
            }
        } catch (MalformedProtobufException e) {
            throw new IllegalStateException(e);
        }
        int[] lengths = strips.finish(strip);
        int bloomsAt = strip.length() - lengths[StripParts.BLOOMS];
        byte[] summary = Arrays.copyOfRange(strip.array(), bloomsAt - lengths[StripParts.SUMMARY], bloomsAt);
        byte[] blooms = Arrays.copyOfRange(strip.array(), bloomsAt, strip.length());
        return List.of(
                seed(0, entry),
                seed(1, new RandomOtlp(new Random(4), false).entry(5)),
                seed(2, STORED.segment()),
                seed(3, new byte[] {0, 31, 2}),
                seed(4, new byte[] {1, 10, 3, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}),
                seed(5, new byte[] {1, 1, 0, 2, 0, 0}),
                seed(6, summary),
                seed(7, blooms));
    }

    private static byte[] seed(int what, byte[] bytes) {
        byte[] seed = new byte[bytes.length + 1];
        seed[0] = (byte) what;
        System.arraycopy(bytes, 0, seed, 1, bytes.length);
        return seed;
    }
}
