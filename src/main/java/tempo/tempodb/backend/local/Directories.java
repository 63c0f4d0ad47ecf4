package tempo.tempodb.backend.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Directories whose entries survive a power failure. */
final class Directories {
    private Directories() {}

    /** Forces the entries of {@code directory} to disk: without this a renamed file may be gone after a power failure. */
    static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes {@code directory} and what is missing above it, down from {@code root}, each entry forced. */
    static void create(Path root, Path directory) throws IOException {
        if (Files.isDirectory(directory) || directory.equals(root)) {
            return;
        }
        Path parent = parentOf(directory);
        create(root, parent);
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException madeByAnother) {
            if (!Files.isDirectory(directory)) {
                throw madeByAnother;
            }
        }
        force(parent);
    }

    /** Removes {@code directory} and what is above it up to {@code root}, as long as they are empty. */
    static void removeEmpty(Path root, Path directory) throws IOException {
        Path empty = directory;
        while (!empty.equals(root)) {
            try {
                Files.delete(empty);
            } catch (DirectoryNotEmptyException | NoSuchFileException inUseOrGone) {
                return;
            }
            empty = parentOf(empty);
        }
    }

    static Path parentOf(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("path has no parent: " + path);
        }
        return parent;
    }
}
