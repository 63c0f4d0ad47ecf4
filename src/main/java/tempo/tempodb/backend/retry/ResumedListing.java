package tempo.tempodb.backend.retry;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import tempo.tempodb.backend.ObjectInfo;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.TransientStoreException;

/*
 * A listing is many requests, a page each. In order, it goes on behind the last key that was passed, and each stretch that got any
 * further is a success: so its length does not matter. Without an order it has to begin anew, and remembers what was passed.
 */
/** One listing, which goes on where it broke off and passes no object twice. For one thread. */
final class ResumedListing {
    /** Keys that are remembered, some 150 MB of heap; a longer listing without an order is not begun anew. */
    static final int KEYS_MAX = 1_000_000;

    private final ObjectStore store;
    private final String prefix;
    private final Consumer<ObjectInfo> visitor;
    private final boolean inOrder;
    private final String from;
    private final Set<String> passed = new HashSet<>();
    private String last;
    private boolean forgetful;

    ResumedListing(ObjectStore store, String prefix, String after, Consumer<ObjectInfo> visitor) {
        this.store = store;
        this.prefix = prefix;
        this.visitor = visitor;
        this.inOrder = store.listsInOrder();
        this.from = after;
        this.last = after;
    }

    /**
     * Lists on.
     *
     * @return false if it broke off, but after some objects more
     */
    boolean advance() throws IOException {
        if (!inOrder) {
            listAnew();
            return true;
        }
        String before = last;
        try {
            store.listAfter(prefix, last, this::passInOrder);
            return true;
        } catch (TransientStoreException e) {
            if (last.equals(before)) {
                throw e;
            }
            return false;
        }
    }

    private void listAnew() throws IOException {
        try {
            store.listAfter(prefix, from, this::passNew);
        } catch (TransientStoreException e) {
            if (forgetful) {
                throw new IOException(
                        "list of " + prefix + " broke off after more than " + KEYS_MAX + " objects: " + e.getMessage(),
                        e);
            }
            throw e;
        }
    }

    private void passInOrder(ObjectInfo object) {
        if (object.key().compareTo(last) <= 0) {
            throw new IllegalStateException("store does not list in order: " + object.key() + " follows " + last);
        }
        last = object.key();
        visitor.accept(object);
    }

    private void passNew(ObjectInfo object) {
        if (forgetful) {
            visitor.accept(object);
        } else if (passed.add(object.key())) {
            forgetful = passed.size() > KEYS_MAX;
            visitor.accept(object);
        }
    }
}
