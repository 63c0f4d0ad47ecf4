/** Objects in a bucket of Google Cloud Storage, through the client that Google has for it. */
@NullMarked
package tempo.tempodb.backend.gcs;

import org.jspecify.annotations.NullMarked;
