package tempo.tempodb.backend.retry;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one operation; see {@link OperationStats}. Thread-safe. */
final class OperationCounters {
    final LongAdder calls = new LongAdder();
    final LongAdder attempts = new LongAdder();
    final LongAdder hedges = new LongAdder();
    final LongAdder hedgesWon = new LongAdder();
    final LongAdder errors = new LongAdder();
    final LongAdder timeouts = new LongAdder();
    final LongAdder wrongLengths = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final Map<FailureReason, LongAdder> failures = new EnumMap<>(FailureReason.class);
    private final LongAdder[] durations = new LongAdder[RetryStats.DURATION_MILLIS.size() + 1];

    OperationCounters() {
        for (FailureReason reason : FailureReason.values()) {
            failures.put(reason, new LongAdder());
        }
        for (int i = 0; i < durations.length; i++) {
            durations[i] = new LongAdder();
        }
    }

    /** @param attempt 1 for the first of its call */
    void attempted(int attempt) {
        attempts.increment();
        if (attempt > 1) {
            retries.increment();
        }
    }

    void answered(long callNanos) {
        nanos.add(callNanos);
        int at = 0;
        while (at < RetryStats.DURATION_MILLIS.size() && callNanos > RetryStats.DURATION_MILLIS.get(at) * 1_000_000) {
            at++;
        }
        durations[at].increment();
    }

    void failed(FailureReason reason) {
        LongAdder count = failures.get(reason);
        if (count != null) {
            count.increment();
        }
    }

    OperationStats stats() {
        Map<FailureReason, Long> failed = new EnumMap<>(FailureReason.class);
        failures.forEach((reason, count) -> failed.put(reason, count.sum()));
        List<Long> durationCounts = new ArrayList<>();
        for (LongAdder duration : durations) {
            durationCounts.add(duration.sum());
        }
        return new OperationStats(
                calls.sum(),
                attempts.sum(),
                retries.sum(),
                hedges.sum(),
                hedgesWon.sum(),
                errors.sum(),
                timeouts.sum(),
                wrongLengths.sum(),
                failed,
                nanos.sum(),
                durationCounts);
    }
}
