/** Ten minutes to a trace: sends the traces of a small web shop to a node, reads one back and draws it. */
@NullMarked
package tempo.quickstart;

import org.jspecify.annotations.NullMarked;
