package tempo.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Arrays;
import tempo.span.MalformedProtobufException;
import tempo.span.TraceId;
import tempo.span.WireReader;

/** Asks a server that answers as Grafana Tempo does for traces by id, in protobuf ({@code /api/v2/traces}). Thread-safe; calls block. */
public final class TraceClient {
    private static final String PROTOBUF = "application/protobuf";
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int TRACE = WireReader.tag(1, WireReader.LENGTH_DELIMITED);
    private static final int STATUS = WireReader.tag(3, WireReader.VARINT);
    private static final int MESSAGE = WireReader.tag(4, WireReader.LENGTH_DELIMITED);
    private static final int STATUS_PARTIAL = 1;

    private final Endpoint endpoint;

    public TraceClient(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * An answer.
     *
     * @param otlp {@code TracesData}; empty if nothing was found
     * @param partial whether spans may be missing, as the server says
     * @param message what else it says
     */
    public record Found(byte[] otlp, boolean partial, String message) {}

    /**
     * Asks for a trace.
     *
     * @throws IOException if there is no answer, or it is neither a trace nor that there is none
     */
    public Found trace(TraceId id) throws IOException {
        Endpoint.Answer answer = endpoint.get("/api/v2/traces/" + id.toHex(), PROTOBUF);
        if (answer.status() == NOT_FOUND) {
            return new Found(new byte[0], false, answer.reason());
        }
        if (answer.status() != OK) {
            throw new IOException(endpoint.base() + " answered " + answer.status() + ": " + answer.reason());
        }
        if (!answer.contentType().startsWith(PROTOBUF)) {
            throw new IOException(endpoint.base() + " answered with " + answer.contentType() + " where " + PROTOBUF
                    + " was asked for: is it a query port?");
        }
        try {
            return read(answer.body());
        } catch (MalformedProtobufException e) {
            throw new IOException(endpoint.base() + " answered with what is no trace: " + e.getMessage(), e);
        }
    }

    private static Found read(byte[] body) throws MalformedProtobufException {
        WireReader reader = new WireReader(body);
        byte[] otlp = {};
        String message = "";
        boolean partial = false;
        while (reader.hasNext()) {
            int tag = reader.readTag();
            if (tag == TRACE || tag == MESSAGE) {
                int length = reader.readLength();
                byte[] bytes = Arrays.copyOfRange(body, reader.position(), reader.position() + length);
                reader.skip(length);
                if (tag == TRACE) {
                    otlp = bytes;
                } else {
                    message = new String(bytes, UTF_8);
                }
            } else if (tag == STATUS) {
                partial = reader.readVarint64() == STATUS_PARTIAL;
            } else {
                reader.skipField(tag);
            }
        }
        return new Found(otlp, partial, message);
    }
}
