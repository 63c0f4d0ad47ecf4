package tempo.vulture;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tempo.span.TraceId;
import tempo.vulture.VultureMetrics.Finding;

/** Takes trace ids from log lines of some ages, and looks whether their traces are there and whole. For one thread. */
final class LokiChecks {
    private final LokiClient loki;
    private final String query;
    private final int limit;
    private final Duration slice;
    private final List<Duration> ages;
    private final TraceIdFinder ids;
    private final TraceCheck check;
    private final VultureMetrics metrics;
    private final TraceCheck.Report report;

    /**
     * Asks for lines of slices of time.
     *
     * @param slice how long they are
     * @param ages how long ago they begin
     * @param limit most lines of each
     */
    LokiChecks(
            LokiClient loki,
            String query,
            int limit,
            Duration slice,
            List<Duration> ages,
            TraceIdFinder ids,
            TraceCheck check,
            VultureMetrics metrics,
            TraceCheck.Report report) {
        this.loki = loki;
        this.query = query;
        this.limit = limit;
        this.slice = slice;
        this.ages = List.copyOf(ages);
        this.ids = ids;
        this.check = check;
        this.metrics = metrics;
        this.report = report;
    }

    /** Looks at all ages once; returns whether all that was asked for was answered. */
    boolean run(Instant now) {
        boolean answered = true;
        for (Duration age : ages) {
            Set<TraceId> found;
            try {
                Instant start = now.minus(age);
                found = ids.in(loki.lines(query, start, start.plus(slice), limit));
            } catch (IOException e) {
                metrics.failed();
                report.say(String.valueOf(e.getMessage()));
                answered = false;
                continue;
            }
            for (TraceId id : found) {
                Optional<Finding> wrong = check.linked(id, "of log lines, up to " + age.toMinutes() + " min old");
                answered &= wrong.isEmpty() || wrong.get() != Finding.REQUEST_FAILED;
            }
        }
        return answered;
    }
}
