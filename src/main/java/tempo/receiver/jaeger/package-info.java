/** Spans from Jaeger's clients and agents. */
@NullMarked
package tempo.receiver.jaeger;

import org.jspecify.annotations.NullMarked;
