/** The tool tempo-vulture: checks from outside that traces are found, and whole, as docs/tempo-vulture.md says. */
@NullMarked
package tempo.vulture;

import org.jspecify.annotations.NullMarked;
