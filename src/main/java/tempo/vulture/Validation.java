package tempo.vulture;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tempo.client.Endpoint;
import tempo.client.TraceClient;
import tempo.vulture.VultureMetrics.Finding;

/** One turn with an end: writes some traces, waits until they are there and whole, and looks through Loki. */
final class Validation {
    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final Duration SILENCE_MAX = Duration.ofSeconds(15);

    private final OwnTraces traces;
    private final Endpoint push;
    private final TraceClient query;
    private final VultureMetrics metrics;
    private final TraceCheck.Report report;
    private final InstantSource clock;
    private final Duration timeout;

    Validation(
            OwnTraces traces,
            Endpoint push,
            TraceClient query,
            VultureMetrics metrics,
            TraceCheck.Report report,
            InstantSource clock,
            Duration timeout) {
        this.traces = traces;
        this.push = push;
        this.query = query;
        this.metrics = metrics;
        this.report = report;
        this.clock = clock;
        this.timeout = timeout;
    }

    /**
     * Runs to the end.
     *
     * @param count of traces to write
     * @return whether all is well
     */
    boolean run(int count, @Nullable LokiChecks loki) {
        Instant begun = clock.instant();
        // The traces of the last slots, so that all of them are due at once.
        long last = traces.slot(begun);
        TraceCheck silent = new TraceCheck(query, new VultureMetrics(), sentence -> {});
        OwnWrites own = ownWrites(new TraceCheck(query, metrics, report), last - count);
        boolean well = count == 0 || own.write(begun);
        for (long slot = last - count + 1; slot <= last && well; slot++) {
            OwnTraces.Trace trace = traces.trace(slot);
            SpanSet expected = OwnWrites.spans(trace);
            awaitFound(trace, expected, silent, begun);
            Optional<Finding> wrong = own.read(slot, clock.instant());
            well &= wrong.isEmpty();
        }
        if (count > 0 && well) {
            report.say(count + " traces were written and found, span by span as they were written");
        }
        if (loki != null) {
            well &= loki.run(clock.instant()) && metrics.of(Finding.NOT_FOUND) + metrics.of(Finding.MISSING_SPANS) == 0;
            if (well) {
                report.say(metrics.traces() - count + " traces of log lines were found, and whole");
            }
        }
        return well;
    }

    /** Not found, or not whole, may be so for a while; a server that does not answer at all is given up sooner. */
    private void awaitFound(OwnTraces.Trace trace, SpanSet expected, TraceCheck silent, Instant begun) {
        Instant giveUp = begun.plus(timeout);
        Instant answered = clock.instant();
        while (clock.instant().isBefore(giveUp) && clock.instant().isBefore(answered.plus(SILENCE_MAX))) {
            Optional<Finding> wrong = silent.same(trace.id(), expected, "");
            if (wrong.isEmpty()) {
                return;
            }
            answered = wrong.get() == Finding.REQUEST_FAILED ? answered : clock.instant();
            await();
        }
    }

    private OwnWrites ownWrites(TraceCheck check, long before) {
        Instant start = traces.begin(before);
        return new OwnWrites(traces, push, check, metrics, report, List.of(), Duration.ofDays(1), start, start);
    }

    private static void await() {
        try {
            new CountDownLatch(1).await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
