package tempo.receiver.otlp;

import java.time.Duration;
import tempo.tenant.Tenancy;

/**
 * Bounds of the OTLP receivers.
 *
 * @param requestBytesMax size of a request on the wire
 * @param inflatedBytesMax size of a request after decompression
 * @param bodyTimeout how long a sender may take over a request's body
 * @param tenancy whose spans a request brings
 */
public record OtlpConfig(long requestBytesMax, long inflatedBytesMax, Duration bodyTimeout, Tenancy tenancy) {}
