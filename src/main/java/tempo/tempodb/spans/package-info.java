/** Spans as columns: OTLP in, the pages of a group and the tables of a segment out, and back again byte for byte. */
@NullMarked
package tempo.tempodb.spans;

import org.jspecify.annotations.NullMarked;
