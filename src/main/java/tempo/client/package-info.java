/** How the tools speak HTTP to servers. */
@NullMarked
package tempo.client;

import org.jspecify.annotations.NullMarked;
