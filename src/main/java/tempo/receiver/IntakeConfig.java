package tempo.receiver;

import java.time.Duration;
import tempo.tenant.Tenancy;

/**
 * Bounds of a receiver.
 *
 * @param receiver its name in the configuration, below {@code tempo.receiver}, and in metrics
 * @param requestBytesMax size of a request on the wire
 * @param inflatedBytesMax size of a request after decompression
 * @param bodyTimeout how long a sender may take over a request's body
 * @param tenancy whose spans a request brings
 */
public record IntakeConfig(
        String receiver, long requestBytesMax, long inflatedBytesMax, Duration bodyTimeout, Tenancy tenancy) {
    /** The name of one of its settings, for messages. */
    public String key(String setting) {
        return "receiver." + receiver + "." + setting;
    }
}
