/** What is in deploy/ is true. */
@NullMarked
package tempo.deploy;

import org.jspecify.annotations.NullMarked;
