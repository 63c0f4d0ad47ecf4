/** Rules about the code itself: who may use whom, what is not called, what a page looks like. */
@NullMarked
package tempo.architecture;

import org.jspecify.annotations.NullMarked;
