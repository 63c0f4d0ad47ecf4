/** Measurements with JMH; run by hand, never by the build. */
@NullMarked
package tempo.bench;

import org.jspecify.annotations.NullMarked;
