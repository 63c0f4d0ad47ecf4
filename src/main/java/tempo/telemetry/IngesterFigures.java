package tempo.telemetry;

import java.util.concurrent.atomic.AtomicLong;

/** What a node's ingester holds now; the same as its gauges, for those who do not read metrics. Thread-safe. */
public final class IngesterFigures {
    final AtomicLong liveTraces = new AtomicLong();
    final AtomicLong liveBytes = new AtomicLong();
    final AtomicLong headTraces = new AtomicLong();
    final AtomicLong headBytes = new AtomicLong();
    final AtomicLong held = new AtomicLong();

    /** Traces that are not finished. */
    public long liveTraces() {
        return liveTraces.get();
    }

    /** Their bytes, as received. */
    public long liveBytes() {
        return liveBytes.get();
    }

    /** Finished traces in no block yet. */
    public long headTraces() {
        return headTraces.get();
    }

    /** Their bytes, as received. */
    public long headBytes() {
        return headBytes.get();
    }

    /** Records held for other nodes. */
    public long held() {
        return held.get();
    }
}
