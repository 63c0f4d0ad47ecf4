package tempo.ingester.copies;

/** What became of a record that others were to hold copies of. */
public enum CopyResult {
    /** As many nodes as the settings ask for hold it. */
    COPIED,
    /** There are too few other ingesters that can be reached. */
    TOO_FEW_NODES,
    /** Not enough of them answered in time, or this node was removed from the cluster; whether they hold it is not known. */
    FAILED
}
