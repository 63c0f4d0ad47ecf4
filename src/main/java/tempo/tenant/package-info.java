/** Who spans belong to. */
@NullMarked
package tempo.tenant;

import org.jspecify.annotations.NullMarked;
