/** The tool tempo-query: answers Jaeger beside the nodes, as docs/jaeger.md says. */
@NullMarked
package tempo.query;

import org.jspecify.annotations.NullMarked;
