/** Jaeger's batches, in protobuf and in Thrift, to and from OTLP. */
@NullMarked
package tempo.format.jaeger;

import org.jspecify.annotations.NullMarked;
