/** Whole nodes in one process that form a cluster. */
@NullMarked
package tempo.cluster;

import org.jspecify.annotations.NullMarked;
