/** Objects in a bucket of Google Cloud Storage, through Google's client for its JSON API. */
@NullMarked
package tempo.tempodb.backend.gcs;

import org.jspecify.annotations.NullMarked;
