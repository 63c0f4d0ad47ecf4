package tempo.querier;

import tempo.span.TraceId;

/**
 * A trace that a search has found.
 *
 * @param newestStart start of the newest of the spans that were looked for, unix nanoseconds, unsigned
 */
public record FoundTrace(TraceId id, long newestStart) {}
