package tempo.tempodb.backend.s3;

import akka.stream.StreamTcpException;
import akka.stream.alpakka.s3.S3Exception;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.core.exception.SdkException;
import tempo.tempodb.backend.TransientStoreException;

/** What a failed request means to the caller of the store. */
final class S3Failures {
    private static final Set<Integer> PASSING_STATUSES = Set.of(429, 500, 502, 503, 504);

    /** Codes of S3 whose status alone does not say that the next attempt may succeed. */
    private static final Set<String> PASSING_CODES = Set.of(
            "SlowDown",
            "InternalError",
            "ServiceUnavailable",
            "RequestTimeout",
            "ConditionalRequestConflict",
            "OperationAborted",
            "IncompleteBody",
            "BadDigest",
            "XAmzContentSHA256Mismatch");

    private S3Failures() {}

    /**
     * The exception to throw.
     *
     * @param attempted what was tried on which object of which bucket; begins the message
     * @param key the object's, for one that does not exist
     */
    static IOException of(Throwable failure, String attempted, String key) {
        Throwable cause = unwrap(failure);
        if (cause instanceof S3Exception answer) {
            return ofAnswer(answer, attempted, key);
        }
        if (cause instanceof EOFException e) {
            EOFException named = new EOFException(attempted + " failed: " + e.getMessage());
            named.initCause(e);
            return named;
        }
        if (cause instanceof TransientStoreException e) {
            return new TransientStoreException(attempted + " failed: " + e.getMessage(), e);
        }
        String message = attempted + " failed: " + sentence(cause);
        return isPassing(cause) ? new TransientStoreException(message, cause) : new IOException(message, cause);
    }

    /** The store's own words, or the connection's. */
    static String sentence(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof S3Exception answer) {
            String status = String.valueOf(answer.statusCode().intValue());
            String code = answer.code().startsWith(status) ? answer.code() : status + " " + answer.code();
            String message = shortened(answer.message());
            return "the store answered " + code + (message.isEmpty() ? "" : ": " + message);
        }
        return shortened(said(cause));
    }

    /** The failure itself, without what futures and actors put around it. */
    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** The first failure of TLS in the chain of causes. */
    static Optional<SSLException> tls(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof SSLException tls) {
                return Optional.of(tls);
            }
        }
        return Optional.empty();
    }

    private static IOException ofAnswer(S3Exception answer, String attempted, String key) {
        int status = answer.statusCode().intValue();
        String code = answer.code();
        String message = attempted + " failed: " + sentence(answer);
        if (status == 404 && !code.equals("NoSuchBucket")) {
            NoSuchFileException missing = new NoSuchFileException(key, null, message);
            missing.initCause(answer);
            return missing;
        }
        boolean passing = PASSING_STATUSES.contains(status) || PASSING_CODES.contains(code);
        return passing ? new TransientStoreException(message, answer) : new IOException(message, answer);
    }

    /**
     * All that can happen to a connection, and credentials that cannot be had right now. Only a certificate that is not trusted will
     * not be trusted by the next attempt.
     */
    private static boolean isPassing(Throwable cause) {
        boolean untrusted = tls(cause)
                .map(SSLException::getMessage)
                .filter(message -> message.contains("PKIX") || message.contains("No subject alternative"))
                .isPresent();
        return !untrusted && !(cause instanceof IllegalArgumentException);
    }

    private static String said(Throwable cause) {
        if (cause instanceof TimeoutException) {
            return "no answer in time";
        }
        if (cause instanceof SdkException) {
            return "no credentials: " + cause.getMessage();
        }
        if (cause instanceof StreamTcpException && cause.getCause() instanceof ConnectException refused) {
            return String.valueOf(refused.getMessage());
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** Answers may be whole pages of a proxy. */
    private static String shortened(String text) {
        String line = text.replaceAll("[^ -~]+", " ").strip();
        return line.length() > 300 ? line.substring(0, 300) + "..." : line;
    }
}
