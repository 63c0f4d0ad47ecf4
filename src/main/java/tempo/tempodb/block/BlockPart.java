package tempo.tempodb.block;

/** Kinds of what a block's data object is made of, for who caches it. */
public enum BlockPart {
    /** Group table and all other tables, with the footer. */
    TAIL,
    /** A frame of the trace directory. */
    DIRECTORY,
    /** Templates and dictionaries that groups share. */
    SEGMENT,
    /** What a search reads first. */
    STRIP,
    /** A group, or some of its pages. */
    GROUP
}
