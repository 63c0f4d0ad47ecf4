package tempo.tempodb.backend.retry;

import java.util.Locale;

/** Why a call was given up. That there is no such object is an answer and not a failure. */
public enum FailureReason {
    /** Each attempt failed. */
    ATTEMPTS,
    /** There was no time for another attempt. */
    DEADLINE,
    /** So many calls fail that no more retries are allowed. */
    BUDGET,
    /** All requests that may be under way were, until the deadline. */
    SLOTS,
    /** The caller was interrupted. */
    INTERRUPT,
    /** The store failed in a manner that another attempt does not mend. */
    PERMANENT;

    /** As in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
