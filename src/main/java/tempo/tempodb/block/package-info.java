/** The block format: writer, reader, trace directory and commit record; {@code docs/block-format.md} has the bytes. */
@NullMarked
package tempo.tempodb.block;

import org.jspecify.annotations.NullMarked;
