package tempo.tempodb.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk in memory that keeps apart what was forced and what was only written. A crash keeps, loses or tears every unforced
 * sector by itself; it comes when the operations allowed are used up.
 */
final class SimulatedDisk implements WalDisk {
    static final int SECTOR_BYTES = 512;

    final Map<String, Image> files = new TreeMap<>();
    final Random random;
    long operations;
    long operationsUntilCrash = Long.MAX_VALUE;
    boolean crashed;
    int failForces;
    int failWrites;
    int failCreates;
    long usableBytes = Long.MAX_VALUE;
    int reads;

    SimulatedDisk(long seed) {
        this.random = new Random(seed);
    }

    /** What is on the disk of a file: {@code forced} for sure, {@code written} as the running system sees it. */
    static final class Image {
        byte[] forced;
        byte[] written;
        final BitSet unforced = new BitSet();

        Image(byte[] bytes) {
            this.forced = bytes.clone();
            this.written = bytes.clone();
        }
    }

    /** Returns the disk as it is found after a power failure. */
    SimulatedDisk afterCrash(long seed) {
        SimulatedDisk next = new SimulatedDisk(seed);
        next.usableBytes = usableBytes;
        files.forEach((name, image) -> next.files.put(name, new Image(crashed(image, next.random))));
        return next;
    }

    /** Returns the disk as it is found after kill -9: nothing is lost, and what was not forced still is not. */
    SimulatedDisk afterKill(long seed) {
        SimulatedDisk next = new SimulatedDisk(seed);
        next.usableBytes = usableBytes;
        next.files.putAll(files);
        return next;
    }

    private static byte[] crashed(Image image, Random random) {
        byte[] bytes = image.forced.clone();
        int mood = random.nextInt(4);
        for (int sector = image.unforced.nextSetBit(0); sector >= 0; sector = image.unforced.nextSetBit(sector + 1)) {
            int from = sector * SECTOR_BYTES;
            int length = Math.min(SECTOR_BYTES, bytes.length - from);
            int kept =
                    switch (mood) {
                        case 0 -> 0;
                        case 1 -> length;
                        default ->
                            random.nextInt(3) == 0 ? random.nextInt(length + 1) : random.nextBoolean() ? length : 0;
                    };
            System.arraycopy(image.written, from, bytes, from, kept);
        }
        return bytes;
    }

    private void operation(String what) throws IOException {
        if (crashed) {
            throw new IOException("power is off: " + what);
        }
        operations++;
        if (operations > operationsUntilCrash) {
            crashed = true;
            throw new IOException("power failed: " + what);
        }
    }

    @Override
    public List<String> list() {
        return new ArrayList<>(files.keySet());
    }

    @Override
    public WalFile create(String name, long bytes) throws IOException {
        if (failCreates > 0) {
            failCreates--;
            throw new IOException("input/output error: create " + name);
        }
        if (bytes > usableBytes) {
            throw new NoSpaceException("no space left for " + name);
        }
        try {
            operation("create " + name);
        } catch (IOException e) {
            files.put(name, new Image(new byte[random.nextInt((int) bytes + 1)]));
            throw e;
        }
        usableBytes -= bytes;
        files.put(name, new Image(new byte[(int) bytes]));
        return new SimulatedFile(name, image(name));
    }

    @Override
    public WalFile open(String name) throws IOException {
        return new SimulatedFile(name, image(name));
    }

    @Override
    public void rename(String name, String newName) throws IOException {
        operation("rename " + name);
        Image image = image(name);
        files.remove(name);
        files.put(newName, image);
    }

    @Override
    public void delete(String name) throws IOException {
        operation("delete " + name);
        Image image = files.remove(name);
        usableBytes += image == null || usableBytes == Long.MAX_VALUE ? 0 : image.written.length;
    }

    @Override
    public long usableBytes() {
        return usableBytes;
    }

    Image image(String name) throws IOException {
        Image image = files.get(name);
        if (image == null) {
            throw new IOException("no such file: " + name);
        }
        return image;
    }

    /** Changes one bit of a file, of what was forced too. */
    void flip(String name, int offset, int bit) throws IOException {
        Image image = image(name);
        image.forced[offset] ^= (byte) (1 << bit);
        image.written[offset] ^= (byte) (1 << bit);
    }

    void truncate(String name, int bytes) throws IOException {
        files.put(name, new Image(Arrays.copyOf(image(name).written, bytes)));
    }

    SimulatedDisk copy() {
        SimulatedDisk copy = new SimulatedDisk(1);
        files.forEach((name, image) -> copy.files.put(name, new Image(image.written)));
        return copy;
    }

    private final class SimulatedFile implements WalFile {
        private final String name;
        private final Image image;
        private boolean closed;

        SimulatedFile(String name, Image image) {
            this.name = name;
            this.image = image;
        }

        @Override
        public long bytes() {
            return image.written.length;
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            int bytes = source.remaining();
            if (offset + bytes > image.written.length) {
                throw new AssertionError("log wrote behind the end of " + name + ": " + (offset + bytes));
            }
            IOException failure = null;
            try {
                operation("write " + name);
                if (failWrites > 0) {
                    failWrites--;
                    failure = new IOException("input/output error: write " + name);
                }
            } catch (IOException e) {
                failure = e;
            }
            int written = failure == null ? bytes : random.nextInt(bytes + 1);
            int from = (int) offset;
            source.get(image.written, from, written);
            if (written > 0) {
                image.unforced.set(from / SECTOR_BYTES, (from + written - 1) / SECTOR_BYTES + 1);
            }
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public void force() throws IOException {
            operation("force " + name);
            if (failForces > 0) {
                failForces--;
                // As Linux does: the pages count as clean, and what reached the disk is anybody's guess.
                image.forced = crashed(image, random);
                image.unforced.clear();
                throw new IOException("input/output error: force " + name);
            }
            image.forced = image.written.clone();
            image.unforced.clear();
        }

        @Override
        public int read(long offset, ByteBuffer target) throws IOException {
            if (closed) {
                throw new IOException("file is closed: " + name);
            }
            reads++;
            int bytes = (int) Math.max(0, Math.min(target.remaining(), image.written.length - offset));
            if (bytes > 0) {
                target.put(image.written, (int) offset, bytes);
            }
            return bytes;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
