/** Objects in a bucket of S3, or of a store that speaks its protocol. */
@NullMarked
package tempo.tempodb.backend.s3;

import org.jspecify.annotations.NullMarked;
