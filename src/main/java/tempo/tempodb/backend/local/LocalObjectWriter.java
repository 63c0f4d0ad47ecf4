package tempo.tempodb.backend.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import tempo.tempodb.backend.ObjectWriter;

/** A temporary file on its way to become an object. */
final class LocalObjectWriter implements ObjectWriter {
    /** Makes the finished file visible. */
    interface Publisher {
        /** Moves or links {@code file}, which is on disk, to the object's path. */
        void publish(Path file) throws IOException;
    }

    private final String key;
    private final Path file;
    private final FileChannel channel;
    private final Publisher publisher;
    private boolean finished;

    LocalObjectWriter(String key, Path file, Publisher publisher) throws IOException {
        this.key = key;
        this.file = file;
        this.publisher = publisher;
        this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    @Override
    public void write(ByteBuffer piece) throws IOException {
        requireUnfinished();
        try {
            while (piece.hasRemaining()) {
                channel.write(piece);
            }
        } catch (IOException e) {
            throw new IOException("write of object " + key + " to " + file + " failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void commit() throws IOException {
        requireUnfinished();
        try {
            channel.force(true);
            channel.close();
            publisher.publish(file);
            finished = true;
        } catch (IOException e) {
            throw new IOException("commit of object " + key + " failed: " + e.getMessage(), e);
        } finally {
            abort();
        }
    }

    @Override
    public void abort() {
        if (!finished) {
            finished = true;
            try {
                channel.close();
                Files.deleteIfExists(file);
            } catch (IOException sweptAtNextOpen) {
                return;
            }
        }
    }

    private void requireUnfinished() {
        if (finished) {
            throw new IllegalStateException("object " + key + " is already committed or aborted");
        }
    }
}
