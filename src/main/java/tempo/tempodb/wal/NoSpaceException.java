package tempo.tempodb.wal;

import java.io.IOException;

/** Thrown when the disk has no room for another segment. */
public final class NoSpaceException extends IOException {
    public NoSpaceException(String message) {
        super(message);
    }

    public NoSpaceException(String message, Throwable cause) {
        super(message, cause);
    }
}
