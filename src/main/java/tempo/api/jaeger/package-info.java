/** Answers to Jaeger: its storage protocols, by which a jaeger-query reads from here, and what its query service answers to others. */
@NullMarked
package tempo.api.jaeger;

import org.jspecify.annotations.NullMarked;
