/** The storage engine: a stand-alone key-value store from trace key to trace, over any object store. */
@NullMarked
package tempo.tempodb;

import org.jspecify.annotations.NullMarked;
