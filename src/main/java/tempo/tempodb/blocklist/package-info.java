/** Which blocks exist, per tenant. */
@NullMarked
package tempo.tempodb.blocklist;

import org.jspecify.annotations.NullMarked;
