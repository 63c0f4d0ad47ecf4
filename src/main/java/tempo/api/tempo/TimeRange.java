package tempo.api.tempo;

import akka.http.javadsl.model.Query;
import java.util.Optional;

/**
 * Checks {@code start} and {@code end} of a trace by id, unix seconds. They are hints for backends that must narrow a search;
 * here every place is asked anyway, so a trace is never missed because of them.
 */
final class TimeRange {
    private TimeRange() {}

    /** What is wrong with the parameters; empty if they are absent or a range. */
    static Optional<String> problem(Query query) {
        Optional<String> start = query.get("start").filter(text -> !text.isEmpty());
        Optional<String> end = query.get("end").filter(text -> !text.isEmpty());
        if (start.isPresent() && !isSeconds(start.get())) {
            return Optional.of("start must be unix seconds");
        }
        if (end.isPresent() && !isSeconds(end.get())) {
            return Optional.of("end must be unix seconds");
        }
        if (start.isPresent() && end.isPresent() && Long.parseLong(end.get()) <= Long.parseLong(start.get())) {
            return Optional.of(
                    "http parameter start must be before end. received start=" + start.get() + " end=" + end.get());
        }
        return Optional.empty();
    }

    private static boolean isSeconds(String text) {
        return text.length() <= 12 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
