/** A node's write-ahead log: durable records with group commit, random reads by position, and release by segment. */
@NullMarked
package tempo.tempodb.wal;

import org.jspecify.annotations.NullMarked;
