/** Export streams of OpenCensus to OTLP, wire to wire. */
@NullMarked
package tempo.format.opencensus;

import org.jspecify.annotations.NullMarked;
