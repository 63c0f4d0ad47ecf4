/** Thrift's binary and compact protocols, read from bytes in memory. */
@NullMarked
package tempo.format.thrift;

import org.jspecify.annotations.NullMarked;
