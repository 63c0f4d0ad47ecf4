/** What the program counts and tells about itself. */
@NullMarked
package tempo.telemetry;

import org.jspecify.annotations.NullMarked;
