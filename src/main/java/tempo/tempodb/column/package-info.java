/** Columns of a block: how one column of one group becomes a page of bytes, and how it is read in batches. */
@NullMarked
package tempo.tempodb.column;

import org.jspecify.annotations.NullMarked;
