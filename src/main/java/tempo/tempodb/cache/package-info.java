/** The cache between readers of blocks and the object store: frames of objects in memory, and if wanted on a local disk. */
@NullMarked
package tempo.tempodb.cache;

import org.jspecify.annotations.NullMarked;
