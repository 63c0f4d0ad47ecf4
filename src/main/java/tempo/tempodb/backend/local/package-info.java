/** An object store in a directory of the local (or a shared) file system. */
@NullMarked
package tempo.tempodb.backend.local;

import org.jspecify.annotations.NullMarked;
