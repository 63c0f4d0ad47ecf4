package tempo.receiver.otlp;

import tempo.span.Refusal;

/** A request that is not taken, and what its sender is told. Without a stack trace: under overload there are many. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final Refusal reason;

    RefusedException(Refusal reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    Refusal reason() {
        return reason;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
