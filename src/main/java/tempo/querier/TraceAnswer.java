package tempo.querier;

import java.util.List;

/**
 * The answer to a trace by id.
 *
 * @param otlp the merged trace as serialized {@code TracesData}, to be treated as read-only; empty if nothing was found
 * @param spans how many spans it has
 * @param bytesRead bytes of all fragments before merging
 * @param missing what could not be read; empty if the answer is complete
 * @param tooLarge true if the trace has more bytes than an answer may have, so that some were left out
 */
public record TraceAnswer(byte[] otlp, int spans, long bytesRead, List<String> missing, boolean tooLarge) {
    /** True if any span was found. */
    public boolean found() {
        return spans > 0;
    }

    /** True if the answer may lack spans. */
    public boolean partial() {
        return !missing.isEmpty();
    }
}
