package tempo.ingester.copies;

/** What became of a chunk at a node that was to hold it. */
enum HoldOutcome {
    /** It is durable there. */
    HELD,
    /** Not now: another may hold it. */
    BUSY,
    /** The log that it comes from was removed from the cluster, here at least; it is never held again. */
    REFUSED
}
