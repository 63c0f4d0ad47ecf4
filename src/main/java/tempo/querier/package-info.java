/** Asks every place that can hold a part of a trace, and merges what they say into one answer. */
@NullMarked
package tempo.querier;

import org.jspecify.annotations.NullMarked;
