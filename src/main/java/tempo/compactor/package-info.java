/** Keeps the blocks few and young: one node of the cluster hands out merges, all nodes with the role do them. */
@NullMarked
package tempo.compactor;

import org.jspecify.annotations.NullMarked;
