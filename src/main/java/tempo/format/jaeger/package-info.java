/** Batches of Jaeger, in protobuf and in Thrift, to OTLP; wire to wire, without an object for a tag. */
@NullMarked
package tempo.format.jaeger;

import org.jspecify.annotations.NullMarked;
