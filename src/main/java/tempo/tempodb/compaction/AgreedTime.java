package tempo.tempodb.compaction;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.ObjectStore;

/**
 * The time at which something is deleted because it is old: that of this node or of the store, whichever is earlier. A node whose clock
 * is a day ahead must not cost a day of data. The store is asked when it matters, and once. For one thread.
 */
final class AgreedTime {
    /** Above all tenants, of no tenant: when it was put is what the store's clock says. */
    static final String KEY = "~clock";

    private final Instant own;
    private final ObjectStore store;
    private @Nullable Instant agreed;

    AgreedTime(Instant own, ObjectStore store) {
        this.own = own;
        this.store = store;
    }

    /** What this node's clock says. */
    Instant own() {
        return own;
    }

    Instant get() throws IOException {
        Instant known = agreed;
        if (known == null) {
            store.put(KEY, ByteBuffer.wrap(own.toString().getBytes(US_ASCII)));
            Instant ofStore = store.head(KEY).modified();
            known = ofStore.isBefore(own) ? ofStore : own;
            agreed = known;
        }
        return known;
    }
}
