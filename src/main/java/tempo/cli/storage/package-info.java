/** The tool tempo-cli: looks into a store without a server, and mends it as docs/tempo-cli.md says. */
@NullMarked
package tempo.cli.storage;

import org.jspecify.annotations.NullMarked;
