package tempo.quickstart;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import java.util.List;
import java.util.Optional;

/**
 * One operation of the shop and what it calls, one after the other: a span to be.
 *
 * @param service who does it; becomes {@code service.name}
 * @param ownMicros time spent besides its calls, in microseconds; half of it before the first call
 * @param failure why it failed, if it did
 */
record Call(
        String service,
        String operation,
        SpanKind kind,
        Attributes attributes,
        long ownMicros,
        Optional<Failure> failure,
        List<Call> calls) {

    /**
     * An exception that ended an operation.
     *
     * @param stacktrace as the runtime of that service prints it
     */
    record Failure(String type, String message, String stacktrace) {}

    Call {
        calls = List.copyOf(calls);
    }

    /** From its start to its end, in microseconds. */
    long micros() {
        return ownMicros + calls.stream().mapToLong(Call::micros).sum();
    }

    /** This operation and all that it leads to. */
    int spanCount() {
        return 1 + calls.stream().mapToInt(Call::spanCount).sum();
    }

    boolean hasFailure() {
        return failure.isPresent() || calls.stream().anyMatch(Call::hasFailure);
    }
}
