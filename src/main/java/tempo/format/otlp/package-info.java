/** OTLP/JSON to protobuf, and what the other formats need to write OTLP spans. */
@NullMarked
package tempo.format.otlp;

import org.jspecify.annotations.NullMarked;
