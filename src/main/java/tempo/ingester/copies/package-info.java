/** Copies of a node's write-ahead log in the logs of other nodes: sent, held, and put into a head block when their node is gone. */
@NullMarked
package tempo.ingester.copies;

import org.jspecify.annotations.NullMarked;
