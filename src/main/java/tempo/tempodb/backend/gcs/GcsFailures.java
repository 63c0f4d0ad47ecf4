package tempo.tempodb.backend.gcs;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertificateException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.TransientStoreException;

/** What the client's failures mean to callers of an object store. */
final class GcsFailures {
    private static final Set<Integer> TRANSIENT = Set.of(408, 429, 500, 502, 503, 504);
    private static final Set<Class<?>> SPEAKS_FOR_ITSELF =
            Set.of(IOException.class, EOFException.class, TransientStoreException.class, SocketTimeoutException.class);
    private static final int REASON_CHARS_MAX = 300;
    private static final int CAUSES_MAX = 20;

    private GcsFailures() {}

    /** What happened is what {@code e} is, a 404 included. */
    static IOException of(String attempted, IOException e) {
        String message = attempted + " failed: " + reason(e);
        return isTransient(e) ? new TransientStoreException(message, e) : new IOException(message, e);
    }

    /** The same where a 404 means that there is no such object. */
    static IOException ofObject(String attempted, String key, IOException e) {
        return isMissing(e) ? missing(attempted + " failed: there is no such object", key, e) : of(attempted, e);
    }

    static NoSuchFileException missing(String message, String key, @Nullable Throwable cause) {
        NoSuchFileException missing = new NoSuchFileException(key, null, message);
        missing.initCause(cause);
        return missing;
    }

    /** Whether the same request may get through later. */
    static boolean isTransient(IOException e) {
        int status = status(e);
        if (status != 0) {
            return isTransient(status) || status == 400 && wasDamaged(e);
        }
        Throwable cause = e;
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++, cause = cause.getCause()) {
            if (cause instanceof Retryable token) {
                return token.isRetryable();
            }
            // A server whose certificate nobody vouches for is not the right one in a second either.
            if (cause instanceof CertificateException || cause instanceof StoreClosedException) {
                return false;
            }
            if (cause instanceof HttpResponseException token) {
                return isTransient(token.getStatusCode());
            }
        }
        return true;
    }

    /** "Provided CRC32C ... doesn't match calculated CRC32C ...": only this message tells it from other bad requests. */
    private static boolean wasDamaged(IOException e) {
        return reason(e).contains("CRC32C");
    }

    static boolean isTransient(int status) {
        return TRANSIENT.contains(status);
    }

    /** Whether the store answered that there is no such thing, or no longer. */
    static boolean isMissing(IOException e) {
        return status(e) == 404 || status(e) == 410;
    }

    /** The status that the store answered; 0 if it did not. */
    static int status(IOException e) {
        return e instanceof HttpResponseException answer ? answer.getStatusCode() : 0;
    }

    /** One line, for people. Neither addresses of uploads, which are as good as a password, nor headers are in it. */
    static String reason(Throwable e) {
        if (e instanceof HttpResponseException answer) {
            return "the store answered " + answer.getStatusCode() + said(answer);
        }
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : oneLine(e.getClass().getSimpleName() + ": " + message);
    }

    private static String said(HttpResponseException answer) {
        String said = answer.getStatusMessage();
        if (answer instanceof GoogleJsonResponseException detailed) {
            GoogleJsonError details = detailed.getDetails();
            said = details == null || details.getMessage() == null ? said : details.getMessage();
        }
        return said == null || said.isBlank() ? "" : " (" + oneLine(said) + ")";
    }

    static String oneLine(String text) {
        String line = text.replaceAll("[^ -~]+", " ").strip();
        return line.length() <= REASON_CHARS_MAX ? line : line.substring(0, REASON_CHARS_MAX) + "...";
    }
}
