/** Certificates of ports, and what clients show to them, out of files. */
@NullMarked
package tempo.tls;

import org.jspecify.annotations.NullMarked;
