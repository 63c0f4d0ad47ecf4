package tempo.receiver.grpc;

import java.util.Objects;
import tempo.receiver.Outcome;
import tempo.span.Refusal;
import tempo.span.WireWriter;

/**
 * How a request ended, as gRPC has it: {@code google.rpc.Status}, with RetryInfo where the same request may succeed later.
 *
 * @param code gRPC status code; 0 is success
 * @param httpStatus the same for HTTP
 * @param message what went wrong, empty if nothing
 * @param retryAfterSeconds 0 if the request must not be sent again as it is
 */
public record RpcStatus(int code, int httpStatus, String message, int retryAfterSeconds) {
    static final RpcStatus OK = new RpcStatus(0, 200, "", 0);

    static final int INVALID_ARGUMENT = 3;
    static final int RESOURCE_EXHAUSTED = 8;
    static final int UNIMPLEMENTED = 12;
    static final int INTERNAL = 13;
    static final int UNAVAILABLE = 14;
    static final int UNAUTHENTICATED = 16;

    private static final int RETRY_AFTER_SECONDS = 2;
    private static final String RETRY_INFO_TYPE = "type.googleapis.com/google.rpc.RetryInfo";
    private static final String BAD_REQUEST_TYPE = "type.googleapis.com/google.rpc.BadRequest";

    /** The status of an outcome. */
    public static RpcStatus of(Outcome outcome) {
        return switch (outcome.kind()) {
            case SUCCESS -> new RpcStatus(0, 200, outcome.message(), 0);
            case INTERNAL -> new RpcStatus(INTERNAL, 500, outcome.message(), 0);
            default -> of(Objects.requireNonNull(outcome.reason()), outcome.message());
        };
    }

    /** A path, a method or an encoding that is not served. */
    public static RpcStatus unimplemented(int httpStatus, String message) {
        return new RpcStatus(UNIMPLEMENTED, httpStatus, message, 0);
    }

    private static RpcStatus of(Refusal reason, String message) {
        return switch (reason) {
            case OVERLOADED, STORAGE_FULL -> new RpcStatus(RESOURCE_EXHAUSTED, 429, message, RETRY_AFTER_SECONDS);
            case REQUEST_TOO_LARGE -> new RpcStatus(RESOURCE_EXHAUSTED, 413, message, 0);
            case UNSUPPORTED_ENCODING -> new RpcStatus(UNIMPLEMENTED, 415, message, 0);
            case UNAVAILABLE, TOO_FEW_INGESTERS, BODY_TIMEOUT ->
                new RpcStatus(UNAVAILABLE, 503, message, RETRY_AFTER_SECONDS);
            case UNAUTHENTICATED -> new RpcStatus(UNAUTHENTICATED, 401, message, 0);
            default -> new RpcStatus(INVALID_ARGUMENT, 400, message, 0);
        };
    }

    /** True if the request was taken. */
    public boolean isOk() {
        return code == 0;
    }

    /** Serialized {@code google.rpc.Status}, with details: when to try again, or what is wrong. */
    public byte[] toByteArray() {
        WireWriter out = new WireWriter(128);
        out.varint(1, code);
        out.string(2, message);
        boolean retry = retryAfterSeconds > 0;
        if (retry || code == INVALID_ARGUMENT) {
            int any = out.begin(3);
            out.string(1, retry ? RETRY_INFO_TYPE : BAD_REQUEST_TYPE);
            int detail = out.begin(2);
            // RetryInfo's delay, or a violation of BadRequest.
            int first = out.begin(1);
            if (retry) {
                out.varint(1, retryAfterSeconds);
            } else {
                out.string(2, message);
            }
            out.end(first);
            out.end(detail);
            out.end(any);
        }
        return out.toByteArray();
    }

    /** The same as JSON, of a message whose characters are escaped already. */
    public String toJson(String escaped) {
        String details = "";
        if (retryAfterSeconds > 0) {
            details = ",\"details\":[{\"@type\":\"" + RETRY_INFO_TYPE + "\",\"retryDelay\":\"" + retryAfterSeconds
                    + "s\"}]";
        } else if (code == INVALID_ARGUMENT) {
            details = ",\"details\":[{\"@type\":\"" + BAD_REQUEST_TYPE + "\",\"fieldViolations\":[{\"description\":\""
                    + escaped + "\"}]}]";
        }
        return "{\"code\":" + code + ",\"message\":\"" + escaped + "\"" + details + "}";
    }
}
