package tempo.tempodb.block;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import tempo.tempodb.backend.ChecksummedText;
import tempo.tempodb.backend.MemoryObjectStore;

/**
 * Feeds hostile bytes to every decoder of a block, past the checksums: each may give some result or say that the block is corrupt
 * or not supported, and nothing else.
 */
final class BlockReaderTarget {
    private static final BlockPlace PLACE = BlockPlace.group(Blocks.ID, 0);
    private static final MemoryObjectStore STORE = new MemoryObjectStore();
    private static final BlockMeta META = validBlock();
    private static final byte[] GROUP = validGroup();

    private BlockReaderTarget() {}

    /** The first byte chooses the decoder, the rest is what it gets. */
    static void run(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        try {
            decode(input[0] & 7, rest);
        } catch (CorruptBlockException | UnsupportedBlockException expected) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void decode(int decoder, byte[] bytes) throws IOException {
        switch (decoder) {
            case 0 -> readGroup(bytes);
            case 1 -> ask(DirectoryFrame.decode(bytes, PLACE));
            case 2 -> GroupTable.decode(bytes, 1 << 30, PLACE);
            case 3 -> readFooter(bytes);
            case 4 ->
                BlockMeta.decode(
                        META.spec().metaName(), ChecksummedText.seal(new String(bytes, StandardCharsets.UTF_8)));
            case 5 -> BlockMeta.decode(META.spec().metaName(), bytes);
            default -> readGroup(patched(GROUP.clone(), bytes));
        }
    }

    private static void ask(DirectoryFrame directory) throws IOException {
        directory.prefixes(prefix -> {});
        for (long high = 0; high < 16; high++) {
            directory.mayHold(high << 60);
        }
        directory.mayHold(-1);
    }

    private static void readFooter(byte[] bytes) throws IOException {
        if (bytes.length < BlockLayout.FOOTER_FIXED_BYTES + BlockLayout.FOOTER_END_BYTES) {
            return;
        }
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length - 16, BlockFooter.crc(bytes, 0, bytes.length))
                .putInt(bytes.length - 12, bytes.length)
                .putLong(bytes.length - 8, BlockLayout.FOOTER_MAGIC);
        BlockFooter.decode(bytes, 1 << 20, bytes.length, BlockPlace.block(Blocks.ID));
    }

    private static void readGroup(byte[] bytes) throws IOException {
        OpaqueGroup group = OpaqueGroup.decode(bytes, PLACE);
        for (int page = 1; page < group.pageCount(); page++) {
            group.frame(page);
        }
    }

    /** Writes each 3 bytes of {@code patches}, an offset and a value, into the group, then makes its checksums right. */
    private static byte[] patched(byte[] group, byte[] patches) {
        for (int i = 0; i + 2 < patches.length; i += 3) {
            int offset = ((patches[i] & 0xff) << 8 | patches[i + 1] & 0xff) % group.length;
            group[offset] = patches[i + 2];
        }
        ByteBuffer bytes = ByteBuffer.wrap(group).order(ByteOrder.LITTLE_ENDIAN);
        int headerBytes = bytes.getInt(4);
        int pageCount = bytes.getInt(28);
        for (int page = 0; page < pageCount; page++) {
            int entry = BlockLayout.GROUP_FIXED_BYTES + page * BlockLayout.PAGE_ENTRY_BYTES;
            if (pageCount > 1000 || entry + BlockLayout.PAGE_ENTRY_BYTES > group.length) {
                break;
            }
            int offset = bytes.getInt(entry + 8);
            int length = bytes.getInt(entry + 12);
            if (offset >= 0 && length >= 0 && (long) offset + length <= group.length) {
                bytes.putInt(entry + 24, BlockLayout.crc(group, offset, length));
            }
        }
        if (headerBytes >= 4 && headerBytes <= group.length) {
            bytes.putInt(headerBytes - 4, BlockLayout.crc(group, 0, headerBytes - 4));
        }
        return group;
    }

    private static BlockMeta validBlock() {
        try {
            return Blocks.write(STORE, Blocks.entries(new Random(1), 10, 20_000, 0.02));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] validGroup() {
        try {
            GroupTable groups = Blocks.open(STORE, META).tail().groups();
            return Blocks.source(STORE, META).read(groups.offset(0), groups.length(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Inputs that reach deep: sections of a valid block. */
    static List<byte[]> seeds() {
        byte[] data = STORE.content(META.spec().dataName());
        int tail = (int) META.summary().tailOffset();
        int footer = data.length - META.summary().footerBytes();
        return List.of(
                seed(0, GROUP),
                seed(1, DirectoryFrame.encode(new long[] {1, 1L << 60, -1}, 0, 3)),
                seed(2, Arrays.copyOfRange(data, tail, tail + BlockLayout.GROUP_ENTRY_BYTES)),
                seed(3, Arrays.copyOfRange(data, footer, data.length)),
                seed(4, Arrays.copyOf(META.encode(), META.encode().length - 17)),
                seed(5, META.encode()),
                seed(6, new byte[] {0, 31, 2}),
                seed(7, new byte[] {0, 120, 2, 1, 1, 1}));
    }

    private static byte[] seed(int decoder, byte[] bytes) {
        byte[] seed = new byte[bytes.length + 1];
        seed[0] = (byte) decoder;
        System.arraycopy(bytes, 0, seed, 1, bytes.length);
        return seed;
    }
}
