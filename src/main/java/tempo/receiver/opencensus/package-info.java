/** Spans from exporters and agents of OpenCensus. */
@NullMarked
package tempo.receiver.opencensus;

import org.jspecify.annotations.NullMarked;
