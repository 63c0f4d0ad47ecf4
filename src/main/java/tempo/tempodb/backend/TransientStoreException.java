package tempo.tempodb.backend;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The store, or the way to it, failed in a manner that may be over by the next attempt: it was busy, answered with an error of its
 * own, did not answer in time, broke off, or sent other bytes than were asked for. What was attempted may have happened.
 */
public final class TransientStoreException extends IOException {
    private static final long serialVersionUID = 1L;

    public TransientStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
