/** Foreign formats of spans to and from OTLP, as pure functions. */
@NullMarked
package tempo.format;

import org.jspecify.annotations.NullMarked;
