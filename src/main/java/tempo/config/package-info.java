/** Reads HOCON into records, strictly: a wrong or unknown key stops the start and is named with its file and line. */
@NullMarked
package tempo.config;

import org.jspecify.annotations.NullMarked;
