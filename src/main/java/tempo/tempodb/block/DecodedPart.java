package tempo.tempodb.block;

/** Part of a block, checked and ready for use. Immutable and thread-safe. */
interface DecodedPart {
    /** About what it occupies in memory, in bytes. */
    long memoryBytes();
}
