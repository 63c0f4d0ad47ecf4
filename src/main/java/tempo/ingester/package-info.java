/** One sharded actor per range of keys buffers live traces; the node's head block takes what is finished and cuts blocks. */
@NullMarked
package tempo.ingester;

import org.jspecify.annotations.NullMarked;
