/** What only the whole program can show: node processes that are killed, starved, damaged and overloaded, seen from outside. */
@NullMarked
package tempo.process;

import org.jspecify.annotations.NullMarked;
