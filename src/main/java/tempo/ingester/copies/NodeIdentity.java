package tempo.ingester.copies;

/**
 * Which node it is.
 *
 * @param node the id that its disk keeps
 * @param zone where it is; empty if that is not known
 */
public record NodeIdentity(String node, String zone) {}
