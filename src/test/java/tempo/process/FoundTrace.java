package tempo.process;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * What {@code GET /api/v2/traces/{id}} answered: Tempo's {@code TraceByIDResponse}.
 *
 * @param trace the spans; none if the trace is not known
 * @param partial why something may be missing; empty if nothing is
 */
record FoundTrace(TracesData trace, Optional<String> partial) {
    private static final int TRACE = 1;
    private static final int STATUS = 3;
    private static final int MESSAGE = 4;
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    /** Asks for a trace; an answer that is not 200 is an error, and so is no answer. */
    static FoundTrace get(URI api, String tenant, String traceId) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(api.resolve("/api/v2/traces/" + traceId))
                .header("Accept", "application/protobuf")
                .header("X-Scope-OrgID", tenant)
                .timeout(Duration.ofSeconds(60))
                .build();
        try {
            HttpResponse<byte[]> response = HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new UnexpectedStatusException(response.statusCode(), new String(response.body()));
            }
            return parse(response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** An answer came, and it was not 200. */
    static final class UnexpectedStatusException extends IOException {
        UnexpectedStatusException(int status, String body) {
            super("query was answered " + status + ": " + body);
        }
    }

    private static FoundTrace parse(byte[] body) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(body);
        TracesData trace = TracesData.getDefaultInstance();
        boolean partial = false;
        String message = "";
        int tag;
        while ((tag = in.readTag()) != 0) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case TRACE -> {
                    ByteString bytes = in.readBytes();
                    trace = TracesData.parseFrom(bytes);
                }
                case STATUS -> partial = in.readEnum() != 0;
                case MESSAGE -> message = in.readStringRequireUtf8();
                default -> in.skipField(tag);
            }
        }
        return new FoundTrace(trace, partial ? Optional.of(message) : Optional.empty());
    }
}
