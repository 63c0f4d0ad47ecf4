/** A distributed-tracing backend: reads its settings and starts a node. */
@NullMarked
package tempo;

import org.jspecify.annotations.NullMarked;
