package tempo.tempodb.backend.retry;

import java.util.Locale;

/** What a call to an object store is for; its {@link #label} names it in metrics and messages. */
public enum StoreOperation {
    READ,
    HEAD,
    LIST,
    PUT,
    PUT_IF_ABSENT,
    /** The start of an object that is written piece by piece, and each of its pieces. */
    WRITE,
    COMMIT,
    DELETE,
    /** The removal of abandoned writes. */
    SWEEP;

    /** Lower case, words apart by {@code _}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As in "read of an object". */
    String words() {
        return label().replace('_', ' ');
    }
}
