package tempo.receiver;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import tempo.format.FormatException;
import tempo.format.Translation;
import tempo.span.Refusal;

/** Makes the bytes of an export request of those that came. */
public interface Decoder {
    /** Bytes that are an export request already. */
    Decoder OTLP = (body, config, lease) -> body;

    /**
     * Decodes a body.
     *
     * @param lease holds what it becomes, if that takes room of its own
     * @throws RefusedException if it cannot be decoded, or there is no room
     */
    RequestBody.Collected decode(RequestBody.Collected body, IntakeConfig config, InFlightBytes.Lease lease)
            throws RefusedException;

    /** Translates bodies, whose room is given back for that of their translation. */
    static Decoder translating(Translation translation) {
        return (body, config, lease) -> {
            try {
                byte[] otlp = translation.toOtlp(body.array(), body.offset(), body.length(), config.inflatedBytesMax());
                lease.hold(otlp.length);
                return new RequestBody.Collected(otlp, 0, otlp.length);
            } catch (FormatException e) {
                throw new RefusedException(Refusal.MALFORMED_REQUEST, String.valueOf(e.getMessage()));
            }
        };
    }

    /** Inflates bodies first, as their request's {@code Content-Encoding} says. */
    default Decoder inflating(HttpRequest request) {
        String coding =
                request.getHeader("content-encoding").map(HttpHeader::value).orElse("identity");
        return (body, config, lease) -> decode(
                ContentCoding.named(coding).inflate(body.array(), body.offset(), body.length(), config, lease),
                config,
                lease);
    }
}
