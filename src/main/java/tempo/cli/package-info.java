/** The commands of the {@code tempo} program: what they accept, what they print and the exit code they leave. */
@NullMarked
package tempo.cli;

import org.jspecify.annotations.NullMarked;
