/** Splits each export request by trace, sends the pieces to the owners of their ranges, and waits until all are durable. */
@NullMarked
package tempo.distributor;

import org.jspecify.annotations.NullMarked;
