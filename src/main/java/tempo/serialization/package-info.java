/** How messages between nodes become bytes: what the serializers of all protocols have in common. */
@org.jspecify.annotations.NullMarked
package tempo.serialization;
