/** Searches and counts over the columns of blocks: which spans pass a filter, how they stand to each other, how many there are. */
@NullMarked
package tempo.tempodb.scan;

import org.jspecify.annotations.NullMarked;
