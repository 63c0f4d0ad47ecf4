/** Spans from Zipkin's clients. */
@NullMarked
package tempo.receiver.zipkin;

import org.jspecify.annotations.NullMarked;
