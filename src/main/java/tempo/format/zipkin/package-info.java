/** Zipkin's formats, versions 1 and 2, to OTLP spans. */
@NullMarked
package tempo.format.zipkin;

import org.jspecify.annotations.NullMarked;
