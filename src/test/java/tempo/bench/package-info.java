/** Benchmarks, run by hand; the figures they gave are in the design pages. */
@NullMarked
package tempo.bench;

import org.jspecify.annotations.NullMarked;
