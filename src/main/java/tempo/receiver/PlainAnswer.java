package tempo.receiver;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;
import tempo.span.Refusal;

/** Answers over HTTP in protocols that have no words for what went wrong: a status, and a sentence for people. */
public final class PlainAnswer {
    private static final int RETRY_AFTER_SECONDS = 2;

    private PlainAnswer() {}

    /**
     * The answer to a request.
     *
     * @param success the status when spans were taken
     */
    public static HttpResponse of(Outcome outcome, int success) {
        return switch (outcome.kind()) {
            case SUCCESS -> {
                if (outcome.refused() == 0) {
                    yield HttpResponse.create().withStatus(success);
                }
                yield of(outcome.allRefused() ? 400 : success, refused(outcome));
            }
            case BAD_REQUEST -> of(statusOf(outcome.reason()), outcome.message());
            case RETRY ->
                of(statusOf(outcome.reason()), outcome.message())
                        .addHeader(RawHeader.create("Retry-After", Integer.toString(RETRY_AFTER_SECONDS)));
            case INTERNAL -> of(500, outcome.message());
        };
    }

    /** A status with a sentence. */
    public static HttpResponse of(int status, String sentence) {
        return HttpResponse.create()
                .withStatus(status)
                .withEntity(HttpEntities.create(ContentTypes.TEXT_PLAIN_UTF8, sentence + "\n"));
    }

    private static String refused(Outcome outcome) {
        return outcome.refused() + " of " + (outcome.refused() + outcome.accepted()) + " spans were refused: "
                + outcome.message();
    }

    private static int statusOf(@Nullable Refusal reason) {
        if (reason == null) {
            return 400;
        }
        return switch (reason) {
            case OVERLOADED, STORAGE_FULL -> 429;
            case UNAVAILABLE, TOO_FEW_INGESTERS, BODY_TIMEOUT -> 503;
            case REQUEST_TOO_LARGE -> 413;
            case UNSUPPORTED_ENCODING -> 415;
            case UNAUTHENTICATED -> 401;
            default -> 400;
        };
    }
}
