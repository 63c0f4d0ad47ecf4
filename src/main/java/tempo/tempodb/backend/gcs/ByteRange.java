package tempo.tempodb.backend.gcs;

import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tempo.tempodb.backend.TransientStoreException;

/**
 * A part of an object that is asked for.
 *
 * @param offset of its first byte
 * @param length in bytes, at least 1
 */
record ByteRange(long offset, int length) {
    private static final int PARTIAL = 206;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    /** Offset behind the last byte. No object is as long as the largest. */
    long end() {
        return offset > Long.MAX_VALUE - length ? Long.MAX_VALUE : offset + length;
    }

    /** Value of the header {@code Range}. */
    String header() {
        return "bytes=" + offset + "-" + (end() - 1);
    }

    /**
     * Reads the body of {@code response} if it is this range and nothing else. Allocates only what the store says it sends.
     *
     * @throws EOFException if the object ends before this range does
     * @throws TransientStoreException if the answer is something else than was asked for, or breaks off
     */
    byte[] read(HttpResponse response) throws IOException {
        HttpHeaders headers = response.getHeaders();
        String encoding = headers.getContentEncoding();
        if (encoding != null && !encoding.equals("identity")) {
            throw wrong("in encoding " + encoding);
        }
        requireBytes(response.getStatusCode(), headers);
        byte[] target = new byte[length];
        InputStream body = response.getContent();
        int count = body == null ? 0 : body.readNBytes(target, 0, length);
        if (count < length) {
            throw wrong("that ends after " + count + " bytes");
        }
        // Also leaves the connection fit for the next request.
        if (body != null && body.read() >= 0) {
            throw wrong("of more bytes");
        }
        return target;
    }

    private void requireBytes(int status, HttpHeaders headers) throws IOException {
        Long bytes = headers.getContentLength();
        if (status == PARTIAL) {
            requireRange(headers.getContentRange());
        } else if (offset != 0) {
            throw wrong("with status " + status + " and without a range");
        } else if (bytes != null && bytes < length) {
            // The whole object, as some do if it is not longer.
            throw new EOFException("the object ends at " + bytes + " bytes");
        }
        // The size of a partial answer is in its range, that of a whole object nowhere else.
        if (bytes == null ? status != PARTIAL : bytes != length) {
            throw wrong("of " + (bytes == null ? "an unknown number of" : bytes) + " bytes");
        }
    }

    private void requireRange(@Nullable String contentRange) throws IOException {
        Matcher range = CONTENT_RANGE.matcher(contentRange == null ? "" : contentRange);
        if (!range.matches()) {
            throw wrong("without a range, or with the range " + contentRange);
        }
        long total = Long.parseLong(range.group(3));
        if (Long.parseLong(range.group(1)) == offset && total < end()) {
            throw new EOFException("the object ends at " + total + " bytes");
        }
        if (Long.parseLong(range.group(1)) != offset || Long.parseLong(range.group(2)) != end() - 1) {
            throw wrong("with the range " + contentRange);
        }
    }

    private TransientStoreException wrong(String answer) {
        return new TransientStoreException("the store gave an answer " + GcsFailures.oneLine(answer), null);
    }
}
