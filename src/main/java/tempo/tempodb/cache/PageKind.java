package tempo.tempodb.cache;

import java.util.List;

/** What a read is after. A frame that holds pages of several kinds counts as the kind that brought it in. */
public enum PageKind {
    /** Footer and tables of a block. */
    TAIL,
    /** A frame of a trace directory. */
    DIRECTORY,
    /** Templates and dictionaries that groups share. */
    SEGMENT,
    /** What a search reads first. */
    STRIP,
    /** A group, or some of its pages. */
    GROUP,
    /** A pass over a whole block, as a merge makes it. It uses what is cached and leaves nothing behind. */
    STREAM;

    static final List<PageKind> ALL = List.of(values());
}
