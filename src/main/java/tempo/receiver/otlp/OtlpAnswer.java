package tempo.receiver.otlp;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import tempo.receiver.Outcome;
import tempo.receiver.grpc.RpcStatus;
import tempo.span.WireWriter;

/**
 * What a sender is told, as OTLP has it: {@code ExportTraceServiceResponse} with its partial success, or
 * {@code google.rpc.Status}.
 *
 * @param refused spans that were left out of a success
 */
record OtlpAnswer(RpcStatus status, long refused) {
    static OtlpAnswer of(Outcome outcome) {
        return new OtlpAnswer(RpcStatus.of(outcome), outcome.refused());
    }

    /** Serialized {@code ExportTraceServiceResponse} of a success. */
    static byte[] response(Outcome outcome) {
        WireWriter out = new WireWriter(64);
        if (outcome.refused() > 0) {
            int partialSuccess = out.begin(1);
            out.varint(1, outcome.refused());
            out.string(2, outcome.message());
            out.end(partialSuccess);
        }
        return out.toByteArray();
    }

    /** The response, or where it failed the status, as JSON. */
    byte[] json() {
        String text = new String(JsonStringEncoder.getInstance().quoteAsString(status.message()));
        String json;
        if (!status.isOk()) {
            json = status.toJson(text);
        } else if (refused > 0) {
            json = "{\"partialSuccess\":{\"rejectedSpans\":\"" + refused + "\",\"errorMessage\":\"" + text + "\"}}";
        } else {
            // The specification wants the field unset where all is well.
            json = "{}";
        }
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
