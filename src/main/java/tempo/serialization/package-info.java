/** How messages between nodes become bytes: what the serializers of all protocols have in common. */
@NullMarked
package tempo.serialization;

import org.jspecify.annotations.NullMarked;
