package tempo.receiver.otlp;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import tempo.receiver.Outcome;
import tempo.span.Refusal;
import tempo.span.WireWriter;

/**
 * What a sender is told, as OTLP has it: {@code ExportTraceServiceResponse} with its partial success, or
 * {@code google.rpc.Status} with RetryInfo where the same request may succeed later.
 *
 * @param code gRPC status code; 0 is success
 * @param httpStatus the same for HTTP
 * @param message what went wrong, empty if nothing
 * @param retryAfterSeconds 0 if the request must not be sent again as it is
 * @param refused spans that were left out of a success
 */
record OtlpAnswer(int code, int httpStatus, String message, int retryAfterSeconds, long refused) {
    static final int INVALID_ARGUMENT = 3;
    static final int RESOURCE_EXHAUSTED = 8;
    static final int UNIMPLEMENTED = 12;
    static final int INTERNAL = 13;
    static final int UNAVAILABLE = 14;
    static final int UNAUTHENTICATED = 16;

    private static final int RETRY_AFTER_SECONDS = 2;
    private static final String RETRY_INFO_TYPE = "type.googleapis.com/google.rpc.RetryInfo";

    static OtlpAnswer of(Outcome outcome) {
        Refusal reason = outcome.reason();
        return switch (outcome.kind()) {
            case SUCCESS -> new OtlpAnswer(0, 200, outcome.message(), 0, outcome.refused());
            case INTERNAL -> new OtlpAnswer(INTERNAL, 500, outcome.message(), 0, 0);
            default -> of(Objects.requireNonNull(reason), outcome.message());
        };
    }

    private static OtlpAnswer of(Refusal reason, String message) {
        return switch (reason) {
            case OVERLOADED, STORAGE_FULL -> new OtlpAnswer(RESOURCE_EXHAUSTED, 429, message, RETRY_AFTER_SECONDS, 0);
            case REQUEST_TOO_LARGE -> new OtlpAnswer(RESOURCE_EXHAUSTED, 413, message, 0, 0);
            case UNSUPPORTED_ENCODING -> new OtlpAnswer(UNIMPLEMENTED, 415, message, 0, 0);
            case UNAVAILABLE, BODY_TIMEOUT -> new OtlpAnswer(UNAVAILABLE, 503, message, RETRY_AFTER_SECONDS, 0);
            case UNAUTHENTICATED -> new OtlpAnswer(UNAUTHENTICATED, 401, message, 0, 0);
            default -> new OtlpAnswer(INVALID_ARGUMENT, 400, message, 0, 0);
        };
    }

    /** Serialized {@code ExportTraceServiceResponse}. */
    byte[] response() {
        WireWriter out = new WireWriter(64);
        if (refused > 0) {
            int partialSuccess = out.begin(1);
            out.varint(1, refused);
            out.string(2, message);
            out.end(partialSuccess);
        }
        return out.toByteArray();
    }

    /** Serialized {@code google.rpc.Status}. */
    byte[] status() {
        WireWriter out = new WireWriter(128);
        out.varint(1, code);
        out.string(2, message);
        if (retryAfterSeconds > 0) {
            int any = out.begin(3);
            out.string(1, RETRY_INFO_TYPE);
            int retryInfo = out.begin(2);
            int delay = out.begin(1);
            out.varint(1, retryAfterSeconds);
            out.end(delay);
            out.end(retryInfo);
            out.end(any);
        }
        return out.toByteArray();
    }

    /** The response, or where it failed the status, as JSON. */
    byte[] json() {
        String text = new String(JsonStringEncoder.getInstance().quoteAsString(message));
        String json;
        if (code != 0) {
            String details = retryAfterSeconds == 0
                    ? ""
                    : ",\"details\":[{\"@type\":\"" + RETRY_INFO_TYPE + "\",\"retryDelay\":\"" + retryAfterSeconds
                            + "s\"}]";
            json = "{\"code\":" + code + ",\"message\":\"" + text + "\"" + details + "}";
        } else if (refused > 0) {
            json = "{\"partialSuccess\":{\"rejectedSpans\":\"" + refused + "\",\"errorMessage\":\"" + text + "\"}}";
        } else {
            json = "{\"partialSuccess\":{}}";
        }
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
