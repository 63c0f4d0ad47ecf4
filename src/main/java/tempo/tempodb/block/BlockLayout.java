package tempo.tempodb.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;
import tempo.tempodb.spans.StripParts;

/**
 * Numbers of the block format; {@code docs/block-format.md} has the pictures. What is written here is on disk and never
 * changes within a major version, except for the targets, which only a writer follows.
 */
final class BlockLayout {
    static final int MAJOR = 1;
    static final int MINOR = 0;

    /** Feature of a block of spans: a reader has to know segments and columns. */
    static final long FEATURE_SPANS = 1;

    /** Bits that a reader has to know to read the block. */
    static final long REQUIRED_FEATURES_KNOWN = FEATURE_SPANS;

    /** "tempoblk", first bytes of a data object. */
    static final long FILE_MAGIC = magic("tempoblk");

    /** "tempoend", last bytes of a data object. */
    static final long FOOTER_MAGIC = magic("tempoend");

    /** "tgrp", first bytes of a group. */
    static final int GROUP_MAGIC = (int) magic("tgrp\0\0\0\0");

    /** "tseg", first bytes of a segment. */
    static final int SEGMENT_MAGIC = (int) magic("tseg\0\0\0\0");

    /**
     * Groups start at multiples of this, so that salvage has few places to look at. A group of columns is of some 100 KiB: to
     * align it to a page of the operating system, 4 KiB, would take 2 % more space.
     */
    static final int ALIGNMENT = 512;

    /** Magic, major, minor, block id, CRC. */
    static final int FILE_HEADER_BYTES = 32;

    /** Everything of a group's header before its page directory. */
    static final int GROUP_FIXED_BYTES = 104;

    static final int PAGE_ENTRY_BYTES = 32;
    static final int GROUP_ENTRY_BYTES = 80;
    static final int SEGMENT_ENTRY_BYTES = 16;
    static final int DIRECTORY_ENTRY_BYTES = 24;

    /** Magic, length, block id, number, CRC of the content, CRC of these. */
    static final int SEGMENT_HEADER_BYTES = 36;

    /** First group, groups, offset, and length and CRC of each part. */
    static final int STRIP_ENTRY_BYTES = 16 + 8 * StripParts.COUNT;

    static final int CRC_BYTES = 4;
    static final int FOOTER_FIXED_BYTES = 44;
    static final int SECTION_ENTRY_BYTES = 32;

    /** CRC, length, magic. */
    static final int FOOTER_END_BYTES = 16;

    static final int PAGE_TRACE_TABLE = 1;
    static final int PAGE_VALUES = 2;
    static final int ENCODING_RAW = 0;
    static final int ENCODING_ZSTD = 1;
    static final int SECTION_GROUP_TABLE = 1;
    static final int SECTION_TRACE_DIRECTORY = 2;
    static final int SECTION_SEGMENT_TABLE = 3;
    static final int SECTION_STRIP_TABLE = 4;
    static final int SECTION_COMMIT_RECORD = 5;

    /** Largest value, in bytes: four times the largest request, for traces that were merged. */
    static final int VALUE_BYTES_MAX = 64 << 20;

    /**
     * Raw bytes of consecutive values that are compressed together: a find decodes one such frame. Measured with traces of 25
     * spans (BlockWriterBenchmark): 32 KiB takes 5 % more space and a find 17 % less CPU, 128 KiB 1 % less space and 1.9 times
     * the CPU.
     */
    static final int FRAME_RAW_TARGET = 64 << 10;

    /**
     * Encoded bytes after which a group ends with its trace: one find reads one group. Measured likewise: 128 KiB takes 1 % more
     * space and saves no CPU, 512 KiB saves no space and takes 1.8 times the CPU of a find.
     */
    static final int GROUP_TARGET = 256 << 10;

    /** Encoded bytes after which a group ends even inside a trace. */
    static final int GROUP_ENCODED_MAX = 1 << 20;

    /** Raw bytes after which a group ends even inside a trace, however well it compresses: bounds its number of frames. */
    static final int GROUP_RAW_MAX = 16 << 20;

    /** A value of more than this gets a group of its own, so that its neighbours need not be read with it. */
    static final int SHARED_VALUE_BYTES_MAX = 1 << 20;

    /** Entries after which a group ends even inside a trace: bounds its trace table. */
    static final int GROUP_ENTRIES_MAX = 16_384;

    /** A frame holds at least one entry, and the trace table is a page too. */
    static final int GROUP_PAGES_MAX = GROUP_ENTRIES_MAX + 1;

    /** Largest group that a reader accepts: one value that does not compress, its header and trace table, alignment. */
    static final int GROUP_BYTES_MAX = VALUE_BYTES_MAX + (4 << 20);

    /** Largest trace table: every varint at its longest. */
    static final int TRACE_TABLE_BYTES_MAX = GROUP_ENTRIES_MAX * (Keys.BYTES + 4 * 10);

    /**
     * Spans after which a group of columns ends with its trace. Measured with traces of 25 spans: 8,192 take 1 % less space and
     * half as much CPU again to decode a trace, 2,048 take 2 % more space and a third less CPU.
     */
    static final int GROUP_SPANS_TARGET = 4096;

    /** Spans after which a group of columns ends even inside a trace. */
    static final int GROUP_SPANS_MAX = 2 * GROUP_SPANS_TARGET;

    /** Largest segment that a reader accepts: one value may bring it all its bytes, and those of its keys twice. */
    static final int SEGMENT_BYTES_MAX = 3 * VALUE_BYTES_MAX + (16 << 20);

    /** Largest part of a strip that a reader accepts. */
    static final int STRIP_PART_BYTES_MAX = 64 << 20;

    /** As many segments as a reader accepts. */
    static final int SEGMENTS_MAX = 1 << 16;

    /** A writer keeps the directory until the block ends: at most some 22 MiB. */
    static final int TRACES_MAX = 1 << 24;

    /** Traces of a frame of the directory: makes about 64 KiB. */
    static final int DIRECTORY_FRAME_TRACES = 24 << 10;

    /** Most traces of a frame that a reader accepts. */
    static final int DIRECTORY_FRAME_TRACES_MAX = 1 << 20;

    /** Largest frame of the directory that a reader accepts. */
    static final int DIRECTORY_FRAME_BYTES_MAX = 2 << 20;

    /** With the tail, so much before the end of the object is read with it: of most blocks, the directory is there. */
    static final int TAIL_READ_BYTES = 128 << 10;

    /** As many groups as there is room for in a tail. */
    static final int GROUPS_MAX = 1 << 18;

    /** Largest tail (all tables, footer) that a reader accepts. */
    static final int TAIL_BYTES_MAX = 64 << 20;

    static final int FOOTER_BYTES_MAX = 4096;
    static final int SECTIONS_MAX = 64;

    private BlockLayout() {}

    static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    /** What a data object begins with. */
    static ByteBuffer fileHeader(UUID blockId) {
        ByteBuffer header = ByteBuffer.allocate(FILE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(FILE_MAGIC).putShort((short) MAJOR).putShort((short) MINOR);
        Keys.put(header, blockId);
        header.putInt(crc(header.array(), 0, header.position()));
        return header.flip();
    }

    /** {@code offset} rounded up to the alignment of groups. */
    static long align(long offset) {
        return (offset + ALIGNMENT - 1) & -ALIGNMENT;
    }

    private static long magic(String ascii) {
        long value = 0;
        for (int i = 7; i >= 0; i--) {
            value = value << 8 | ascii.charAt(i);
        }
        return value;
    }
}
