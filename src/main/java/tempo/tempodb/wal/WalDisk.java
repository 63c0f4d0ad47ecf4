package tempo.tempodb.wal;

import java.io.IOException;
import java.util.List;

/**
 * The directory that holds a log. File names are plain names without a path. What changes the directory (create, rename,
 * delete) is durable when the method returns. Called by one thread at a time.
 */
public interface WalDisk {
    /** Returns the names of all plain files in the directory, in no particular order. */
    List<String> list() throws IOException;

    /**
     * Creates a file of {@code bytes} zeros that really occupy space (not sparse), so that later writes into it need no
     * new space and no new metadata.
     *
     * @throws NoSpaceException if the disk has no room for it; what was created so far is removed again
     */
    WalFile create(String name, long bytes) throws IOException;

    /** Opens an existing file for reading and writing. */
    WalFile open(String name) throws IOException;

    /** Renames a file; a file that has the new name already is replaced. */
    void rename(String name, String newName) throws IOException;

    /** Deletes a file; it is no error if it is already gone. */
    void delete(String name) throws IOException;

    /** Returns how many bytes this process can still write to the disk. */
    long usableBytes() throws IOException;
}
