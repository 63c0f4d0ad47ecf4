/** Which nodes come first for what: everybody who knows the same nodes says the same. */
@NullMarked
package tempo.placement;

import org.jspecify.annotations.NullMarked;
