package tempo.tempodb.backend.gcs;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A request after, or during, the close of its store. */
final class StoreClosedException extends IOException {
    private static final long serialVersionUID = 1L;

    StoreClosedException(@Nullable Throwable cause) {
        super("the store is closed", cause);
    }
}
