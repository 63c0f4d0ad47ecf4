package tempo.receiver.jaeger;

import tempo.format.FormatException;
import tempo.format.jaeger.JaegerFormat;
import tempo.receiver.InFlightBytes;
import tempo.receiver.IntakeConfig;
import tempo.receiver.RefusedException;
import tempo.receiver.RequestBody;
import tempo.receiver.SpanIntake;
import tempo.span.Refusal;

/** Makes export requests of batches in one of Jaeger's formats. */
record JaegerDecoder(JaegerFormat format) implements SpanIntake.Decoder {
    @Override
    public RequestBody.Collected decode(RequestBody.Collected body, IntakeConfig config, InFlightBytes.Lease lease)
            throws RefusedException {
        try {
            return lease.translated(
                    format.toOtlp(body.array(), body.offset(), body.length(), config.inflatedBytesMax()));
        } catch (FormatException e) {
            throw new RefusedException(Refusal.MALFORMED_REQUEST, String.valueOf(e.getMessage()));
        }
    }
}
