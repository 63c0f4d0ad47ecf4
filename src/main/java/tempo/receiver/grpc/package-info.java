/** Calls of gRPC that send spans. */
@NullMarked
package tempo.receiver.grpc;

import org.jspecify.annotations.NullMarked;
