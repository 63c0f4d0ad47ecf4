/** What the protobuf of foreign formats has in common. */
@NullMarked
package tempo.format.proto;

import org.jspecify.annotations.NullMarked;
