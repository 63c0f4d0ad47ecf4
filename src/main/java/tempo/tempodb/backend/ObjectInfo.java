package tempo.tempodb.backend;

import java.time.Instant;

/**
 * One object of a store, as listed.
 *
 * @param bytes size of its content
 * @param modified when it became visible, by the store's clock
 */
public record ObjectInfo(String key, long bytes, Instant modified) {}
