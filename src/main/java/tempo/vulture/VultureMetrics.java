package tempo.vulture;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import tempo.telemetry.PrometheusText;

/** What the vulture counts, under the names that Tempo's has. Thread-safe. */
final class VultureMetrics {
    private final LongAdder traces = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder written = new LongAdder();
    private final LongAdder spansWritten = new LongAdder();
    private final Map<Finding, LongAdder> traceErrors = new EnumMap<>(Finding.class);

    VultureMetrics() {
        for (Finding finding : Finding.values()) {
            traceErrors.put(finding, new LongAdder());
        }
    }

    /** What is wrong with a trace. */
    enum Finding {
        NOT_FOUND("notfound_byid"),
        MISSING_SPANS("missingspans"),
        INCORRECT("incorrectresult"),
        REQUEST_FAILED("requestfailed");

        private final String label;

        Finding(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /** A trace was asked for. */
    void asked() {
        traces.increment();
    }

    /** Something is wrong with a trace that was asked for. */
    void found(Finding finding) {
        counter(finding).increment();
    }

    /** Something else failed: a request to Loki, or a write. */
    void failed() {
        errors.increment();
    }

    /** A batch was acknowledged. */
    void wrote(int spans) {
        written.increment();
        spansWritten.add(spans);
    }

    long traces() {
        return traces.sum();
    }

    long of(Finding finding) {
        return counter(finding).sum();
    }

    long failures() {
        return errors.sum();
    }

    private LongAdder counter(Finding finding) {
        LongAdder counter = traceErrors.get(finding);
        if (counter == null) {
            throw new IllegalArgumentException("no counter of " + finding);
        }
        return counter;
    }

    /** In Prometheus' text format. */
    String text() {
        PrometheusText text = new PrometheusText();
        text.counter("tempo_vulture_trace_total", "Traces that were asked for")
                .sample("tempo_vulture_trace_total", traces());
        text.counter("tempo_vulture_trace_error_total", "Traces that were asked for and not found, or not whole");
        traceErrors.forEach((finding, count) ->
                text.sample("tempo_vulture_trace_error_total", count.sum(), "error", finding.label()));
        text.counter("tempo_vulture_error_total", "Requests for log lines and writes that failed")
                .sample("tempo_vulture_error_total", failures());
        text.counter("tempo_vulture_write_total", "Batches of spans that were acknowledged")
                .sample("tempo_vulture_write_total", written.sum());
        text.counter("tempo_vulture_write_spans_total", "Spans that were acknowledged")
                .sample("tempo_vulture_write_spans_total", spansWritten.sum());
        return text.toString();
    }
}
