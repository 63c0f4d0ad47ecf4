/** Which blocks become one, who does it, and that nobody else does it as well; what goes when it is too old. */
@NullMarked
package tempo.tempodb.compaction;

import org.jspecify.annotations.NullMarked;
