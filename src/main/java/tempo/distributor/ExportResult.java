package tempo.distributor;

import org.jspecify.annotations.Nullable;
import tempo.span.Refusal;

/**
 * How an export ended.
 *
 * @param accepted spans that are durable
 * @param refused spans that were refused one by one
 * @param reason why the first refused span was refused, or why the whole request was; null if nothing was refused
 * @param detail what the client is told beyond the reason's sentence; may be empty
 * @param whole true if the request as a whole was not accepted: then none of it is acknowledged
 */
public record ExportResult(int accepted, int refused, @Nullable Refusal reason, String detail, boolean whole) {
    static ExportResult failed(Refusal reason, String detail) {
        return new ExportResult(0, 0, reason, detail, true);
    }

    /** The sentence for the client. */
    public String message() {
        String sentence = reason == null ? "" : reason.sentence();
        return detail.isEmpty() ? sentence : sentence + ": " + detail;
    }
}
