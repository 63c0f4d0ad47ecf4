package tempo.receiver;

import org.jspecify.annotations.Nullable;
import tempo.distributor.ExportResult;
import tempo.span.Refusal;

/**
 * How a request ended.
 *
 * @param kind success, of which some spans may have been refused, or why it failed
 * @param reason why it failed, or why the first span was refused; null if there is none
 * @param message what the sender is told; empty if nothing
 * @param accepted spans that are durable
 * @param refused spans that were left out of a success
 */
public record Outcome(Kind kind, @Nullable Refusal reason, String message, long accepted, long refused) {
    /** What a sender has to know. */
    public enum Kind {
        SUCCESS,
        /** The request will never be taken as it is. */
        BAD_REQUEST,
        /** It may be taken later. */
        RETRY,
        /** A fault of this node. */
        INTERNAL
    }

    static Outcome of(ExportResult result) {
        Refusal reason = result.reason();
        if (result.whole() && reason != null) {
            return of(reason, result.message());
        }
        String message = result.refused() == 0 ? "" : result.message();
        return new Outcome(Kind.SUCCESS, reason, message, result.accepted(), result.refused());
    }

    static Outcome of(Refusal reason, String message) {
        return new Outcome(reason.mayBeOver() ? Kind.RETRY : Kind.BAD_REQUEST, reason, message, 0, 0);
    }

    static Outcome internalError() {
        return new Outcome(Kind.INTERNAL, null, "request could not be handled", 0, 0);
    }

    /** True if there were spans, and each was refused. */
    public boolean allRefused() {
        return kind == Kind.SUCCESS && accepted == 0 && refused > 0;
    }
}
