package tempo.tempodb.backend.local;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectKeys;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.ObjectWriter;

/**
 * Objects as files under one directory, which several processes may share. An object is written to a temporary file, forced,
 * and then renamed (put) or linked (put if absent) to its place, and the directory is forced. The file system must know hard
 * links.
 */
public final class LocalObjectStore implements ObjectStore {
    /** A directory that just became empty may be removed by another thread or process between its making and its use. */
    private static final int PUBLISH_ATTEMPTS_MAX = 5;

    private final Path root;

    /** Null as long as nothing was written, if the store was there already. */
    private @Nullable TemporaryFiles temporaries;

    private final OpenFiles openFiles = new OpenFiles();

    private LocalObjectStore(Path root, @Nullable TemporaryFiles temporaries) {
        this.root = root;
        this.temporaries = temporaries;
    }

    /** Opens the store in {@code directory}, which is made if missing; removes what dead processes left unfinished. */
    public static LocalObjectStore open(Path directory) throws IOException {
        try {
            Path root = Files.createDirectories(directory).toRealPath();
            return new LocalObjectStore(root, TemporaryFiles.open(root));
        } catch (IOException e) {
            throw new IOException("store in directory " + directory + " cannot be opened: " + e, e);
        }
    }

    /**
     * Opens the store in a directory that must exist, and changes nothing there before the first write: for who only looks, and may have no
     * right to more.
     */
    public static LocalObjectStore openExisting(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("there is no directory " + directory);
        }
        return new LocalObjectStore(directory.toRealPath(), null);
    }

    private synchronized TemporaryFiles temporaries() throws IOException {
        TemporaryFiles open = temporaries;
        if (open == null) {
            open = TemporaryFiles.open(root);
            temporaries = open;
        }
        return open;
    }

    @Override
    public byte[] read(String key, long offset, int length) throws IOException {
        Path file = fileOf(key);
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("read of " + key + " at " + offset + " of " + length + " bytes");
        }
        String attempted = "read of " + length + " bytes at " + offset;
        try {
            // Asked of a file that is far shorter than the caller believes: refuse before the array is made.
            if (length > (1 << 20) && Files.size(file) < offset + length) {
                throw new EOFException("file ends at " + Files.size(file) + " bytes");
            }
            byte[] target = new byte[length];
            openFiles.read(file, offset, target);
            return target;
        } catch (EOFException e) {
            EOFException named = new EOFException(message(attempted, key, e));
            named.initCause(e);
            throw named;
        } catch (IOException e) {
            throw failure(attempted, key, e);
        }
    }

    @Override
    public void put(String key, ByteBuffer content) throws IOException {
        try (ObjectWriter writer = write(key)) {
            writer.write(content);
            writer.commit();
        }
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer content) throws IOException {
        Path target = fileOf(key);
        if (Files.exists(target)) {
            return false;
        }
        try (ObjectWriter writer = new LocalObjectWriter(key, temporaries().next(), file -> link(file, target))) {
            writer.write(content);
            writer.commit();
            return true;
        } catch (IOException e) {
            if (e.getCause() instanceof FileAlreadyExistsException) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public ObjectWriter write(String key) throws IOException {
        Path target = fileOf(key);
        try {
            return new LocalObjectWriter(key, temporaries().next(), file -> rename(file, target));
        } catch (IOException e) {
            throw failure("start of a write", key, e);
        }
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> visitor) throws IOException {
        ObjectKeys.requirePrefix(prefix);
        Path start =
                root.resolve(prefix.substring(0, prefix.lastIndexOf('/') + 1)).normalize();
        try {
            Files.walkFileTree(start, new Lister(prefix, visitor));
        } catch (IOException e) {
            throw failure("list", prefix, e);
        }
    }

    @Override
    public ObjectInfo head(String key) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(fileOf(key), BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new NoSuchFileException(key);
            }
            return new ObjectInfo(
                    key, attributes.size(), attributes.lastModifiedTime().toInstant());
        } catch (IOException e) {
            throw failure("head", key, e);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        Path file = fileOf(key);
        Path parent = Directories.parentOf(file);
        try {
            openFiles.drop(file);
            if (Files.deleteIfExists(file)) {
                Directories.force(parent);
                Directories.removeEmpty(root, parent);
            }
        } catch (NoSuchFileException directoryRemovedByAnother) {
            return;
        } catch (IOException e) {
            throw failure("delete", key, e);
        }
    }

    /** Here a writer that is alive is known by its lock, and keeps what it writes. */
    @Override
    public int removeAbandonedWrites(Instant startedBefore) throws IOException {
        try {
            return temporaries().sweep(startedBefore);
        } catch (IOException e) {
            throw failure("removal of abandoned writes", TemporaryFiles.DIRECTORY, e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        openFiles.close();
        if (temporaries != null) {
            temporaries.close();
        }
    }

    private Path fileOf(String key) {
        Path file = root.resolve(ObjectKeys.require(key)).normalize();
        // Valid keys cannot leave the root; this holds even if the rule for keys is one day loosened.
        if (!file.startsWith(root) || file.equals(root)) {
            throw new IllegalArgumentException("object key leads out of the store: '" + key + "'");
        }
        return file;
    }

    private void rename(Path file, Path target) throws IOException {
        publish(
                target,
                () -> Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
        openFiles.drop(target);
    }

    private void link(Path file, Path target) throws IOException {
        publish(target, () -> {
            try {
                Files.createLink(target, file);
            } catch (UnsupportedOperationException e) {
                throw new IOException("file system of " + root + " has no hard links", e);
            }
        });
        Files.deleteIfExists(file);
    }

    private void publish(Path target, Step step) throws IOException {
        Path parent = Directories.parentOf(target);
        for (int attempt = 1; ; attempt++) {
            try {
                Directories.create(root, parent);
                step.run();
                Directories.force(parent);
                return;
            } catch (NoSuchFileException directoryRemovedByAnother) {
                if (attempt == PUBLISH_ATTEMPTS_MAX) {
                    throw directoryRemovedByAnother;
                }
            }
        }
    }

    private IOException failure(String attempted, String key, IOException e) {
        if (e instanceof NoSuchFileException) {
            NoSuchFileException named = new NoSuchFileException(key, null, message(attempted, key, e));
            named.initCause(e);
            return named;
        }
        return new IOException(message(attempted, key, e), e);
    }

    private String message(String attempted, String key, IOException e) {
        return attempted + " failed, object " + key + " in " + root + ": " + e;
    }

    /** One way of making a file visible. */
    private interface Step {
        void run() throws IOException;
    }

    /** Turns the files below a directory into keys; what vanishes while walking was deleted and is not listed. */
    private final class Lister extends SimpleFileVisitor<Path> {
        private final String prefix;
        private final Consumer<ObjectInfo> visitor;

        Lister(String prefix, Consumer<ObjectInfo> visitor) {
            this.prefix = prefix;
            this.visitor = visitor;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            boolean temporary = directory.equals(root.resolve(TemporaryFiles.DIRECTORY));
            return temporary ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String key = root.relativize(file).toString().replace('\\', '/');
            if (key.startsWith(prefix) && attributes.isRegularFile()) {
                visitor.accept(new ObjectInfo(
                        key, attributes.size(), attributes.lastModifiedTime().toInstant()));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            return skipVanished(e);
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @org.jspecify.annotations.Nullable IOException e)
                throws IOException {
            return e == null ? FileVisitResult.CONTINUE : skipVanished(e);
        }

        private FileVisitResult skipVanished(IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }
    }
}
