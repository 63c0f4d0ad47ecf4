/** Certificates of ports, out of files. */
@NullMarked
package tempo.tls;

import org.jspecify.annotations.NullMarked;
