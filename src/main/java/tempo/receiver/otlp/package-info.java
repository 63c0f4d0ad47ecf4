/** Spans from OpenTelemetry SDKs and collectors. */
@NullMarked
package tempo.receiver.otlp;

import org.jspecify.annotations.NullMarked;
