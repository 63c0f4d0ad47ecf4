/** What the node says about itself over HTTP: readiness, status pages, metrics. */
@NullMarked
package tempo.api.status;

import org.jspecify.annotations.NullMarked;
