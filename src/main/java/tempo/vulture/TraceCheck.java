package tempo.vulture;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import tempo.client.TraceClient;
import tempo.format.FormatException;
import tempo.span.TraceId;
import tempo.vulture.VultureMetrics.Finding;

/** Asks for a trace, looks whether it is there and whole, and counts what is wrong. Thread-safe; calls block. */
final class TraceCheck {
    private final TraceClient client;
    private final VultureMetrics metrics;
    private final Report report;

    TraceCheck(TraceClient client, VultureMetrics metrics, Report report) {
        this.client = client;
        this.metrics = metrics;
        this.report = report;
    }

    /** Takes sentences about what is wrong. */
    @FunctionalInterface
    interface Report {
        void say(String sentence);
    }

    /** Checks a trace of somebody: each parent of its spans has to be among them. Returns what is wrong. */
    Optional<Finding> linked(TraceId id, String where) {
        return check(id, where, found -> {
            Set<String> missing = found.missingParents();
            return missing.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Fault(
                            Finding.MISSING_SPANS,
                            missing.size() + " parents of its " + found.size() + " spans are missing, as "
                                    + missing.iterator().next()));
        });
    }

    /** Checks a trace of which all is known, span by span. Returns what is wrong. */
    Optional<Finding> same(TraceId id, SpanSet expected, String where) {
        return check(id, where, found -> {
            Set<String> missing = expected.missingIn(found);
            if (!missing.isEmpty()) {
                return Optional.of(new Fault(
                        Finding.MISSING_SPANS,
                        missing.size() + " of its " + expected.size() + " spans are missing, as "
                                + missing.iterator().next()));
            }
            Set<String> differing = expected.differingIn(found);
            return differing.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Fault(
                            Finding.INCORRECT,
                            differing.size() + " spans are not as they were written, as "
                                    + differing.iterator().next()));
        });
    }

    private record Fault(Finding finding, String sentence) {}

    @FunctionalInterface
    private interface Look {
        Optional<Fault> at(SpanSet found);
    }

    private Optional<Finding> check(TraceId id, String where, Look look) {
        metrics.asked();
        Optional<Fault> fault = fault(id, look);
        fault.ifPresent(each -> {
            metrics.found(each.finding());
            report.say("trace " + id + " " + where + ": " + each.finding().label() + ": " + each.sentence());
        });
        return fault.map(Fault::finding);
    }

    private Optional<Fault> fault(TraceId id, Look look) {
        TraceClient.Found answer;
        SpanSet found;
        try {
            answer = client.trace(id);
            found = SpanSet.of(answer.otlp());
        } catch (IOException e) {
            return Optional.of(new Fault(Finding.REQUEST_FAILED, String.valueOf(e.getMessage())));
        } catch (FormatException e) {
            return Optional.of(new Fault(Finding.INCORRECT, "what was found is not valid: " + e.getMessage()));
        }
        if (answer.partial()) {
            // It says itself that it lacks something: that is no loss, but no success either.
            return Optional.of(new Fault(Finding.REQUEST_FAILED, "the answer is partial: " + answer.message()));
        }
        if (found.isEmpty()) {
            return Optional.of(new Fault(Finding.NOT_FOUND, "it is not there"));
        }
        return look.at(found);
    }
}
