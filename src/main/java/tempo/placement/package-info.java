/** Which nodes come first for what: everybody who knows the same nodes says the same. */
@org.jspecify.annotations.NullMarked
package tempo.placement;
