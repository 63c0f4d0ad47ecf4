package tempo.quickstart;

/**
 * What the waterfall shows of a span.
 *
 * @param parentId empty for a root
 * @param startNanos since the epoch
 * @param endNanos since the epoch; before the start if a clock went back
 */
record SpanRow(
        String service,
        String operation,
        String spanId,
        String parentId,
        long startNanos,
        long endNanos,
        boolean isError) {

    long durationNanos() {
        return Math.max(0, endNanos - startNanos);
    }
}
