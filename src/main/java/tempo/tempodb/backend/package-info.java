/** What the storage engine asks of an object store: read a range, put, put if absent, list, delete. */
@NullMarked
package tempo.tempodb.backend;

import org.jspecify.annotations.NullMarked;
