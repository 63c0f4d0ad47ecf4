/** JSON as a receiver has to read it: bounded, and with an error that names the field, the value and the byte. */
@NullMarked
package tempo.format.json;

import org.jspecify.annotations.NullMarked;
