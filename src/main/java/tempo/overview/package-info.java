/** What each node of the cluster says of itself, gathered for people and programs. */
@NullMarked
package tempo.overview;

import org.jspecify.annotations.NullMarked;
