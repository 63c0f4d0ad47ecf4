/** What stands between the storage engine and a remote object store: retries, hedged reads, a bound on requests, counters. */
@NullMarked
package tempo.tempodb.backend.retry;

import org.jspecify.annotations.NullMarked;
