package tempo.ingester;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import tempo.tempodb.wal.WalDisk;
import tempo.tempodb.wal.WalFile;

/** A disk whose forces wait while the gate is closed. */
final class GatedDisk implements WalDisk {
    private final WalDisk disk;
    private boolean open = true;

    GatedDisk(WalDisk disk) {
        this.disk = disk;
    }

    synchronized void open() {
        open = true;
        notifyAll();
    }

    synchronized void close() {
        open = false;
    }

    private synchronized void pass() throws IOException {
        try {
            while (!open) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("gate was interrupted", e);
        }
    }

    @Override
    public List<String> list() throws IOException {
        return disk.list();
    }

    @Override
    public WalFile create(String name, long bytes) throws IOException {
        return new GatedFile(disk.create(name, bytes));
    }

    @Override
    public WalFile open(String name) throws IOException {
        return new GatedFile(disk.open(name));
    }

    @Override
    public void rename(String name, String newName) throws IOException {
        disk.rename(name, newName);
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
    }

    @Override
    public long usableBytes() throws IOException {
        return disk.usableBytes();
    }

    private final class GatedFile implements WalFile {
        private final WalFile file;

        GatedFile(WalFile file) {
            this.file = file;
        }

        @Override
        public long bytes() throws IOException {
            return file.bytes();
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            file.write(offset, source);
        }

        @Override
        public void force() throws IOException {
            pass();
            file.force();
        }

        @Override
        public int read(long offset, ByteBuffer target) throws IOException {
            return file.read(offset, target);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
