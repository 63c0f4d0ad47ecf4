package tempo.tempodb.block;

import java.io.IOException;

/** Receives the entries of a scan. */
@FunctionalInterface
public interface EntryVisitor {
    /** Called for each entry; what {@code entry} says is valid until the return. */
    void entry(BlockCursor entry) throws IOException;

    /**
     * Called instead of the entries of a damaged group or frame.
     *
     * @throws IOException to end the scan, which is what happens by default
     */
    default void unreadable(CorruptBlockException failure) throws IOException {
        throw failure;
    }
}
