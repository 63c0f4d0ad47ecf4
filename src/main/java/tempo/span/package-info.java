/** Trace and span ids, and OTLP trace data as bytes: walked, split by trace, and merged without ever becoming objects. */
@NullMarked
package tempo.span;

import org.jspecify.annotations.NullMarked;
