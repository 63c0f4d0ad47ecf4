package tempo.receiver;

import tempo.span.Refusal;

/** A request that is not taken, and what its sender is told. Without a stack trace: under overload there are many. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final Refusal reason;

    public RefusedException(Refusal reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Refusal reason() {
        return reason;
    }

    public String sentence() {
        return String.valueOf(getMessage());
    }
}
