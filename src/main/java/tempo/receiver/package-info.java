/** What receivers of all protocols have in common: tenant, bounds, decompression, and the way to the distributor. */
@NullMarked
package tempo.receiver;

import org.jspecify.annotations.NullMarked;
