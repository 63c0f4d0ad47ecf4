package tempo.tempodb.backend.retry;

/**
 * What may be done besides the calls themselves: so much for each call, so much a second, and what was not used of it up to a
 * bound. Begins full. Thread-safe.
 */
final class TokenBudget {
    private final double perCall;
    private final double perNano;
    private final double tokensMax;
    private double tokens;
    private long lastNanos;

    TokenBudget(double perCall, double perSecond, double tokensMax, long nowNanos) {
        this.perCall = perCall;
        this.perNano = perSecond / 1e9;
        this.tokensMax = tokensMax;
        this.tokens = tokensMax;
        this.lastNanos = nowNanos;
    }

    /** Counts a call. */
    synchronized void called() {
        tokens = Math.min(tokensMax, tokens + perCall);
    }

    /** Takes one token; false if there is none. */
    synchronized boolean take(long nowNanos) {
        long passed = Math.max(0, nowNanos - lastNanos);
        lastNanos += passed;
        tokens = Math.min(tokensMax, tokens + passed * perNano);
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
