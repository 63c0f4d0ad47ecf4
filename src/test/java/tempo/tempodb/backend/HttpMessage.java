package tempo.tempodb.backend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A request or an answer of HTTP/1.1, as {@link FaultProxy} passes it on: with a length, whatever it came with. */
final class HttpMessage {
    private static final Pattern CONTENT_RANGE = Pattern.compile("(?i)(content-range: *bytes )(\\d+)-(\\d+)/(.*)");

    private final String start;
    private final List<String> headers;
    private final byte[] body;

    /** Without a body it says no length either: a HEAD's answer keeps the one that it came with. */
    private final boolean hasBody;

    private HttpMessage(String start, List<String> headers, byte[] body, boolean hasBody) {
        this.start = start;
        this.headers = headers;
        this.body = body;
        this.hasBody = hasBody;
    }

    /**
     * Reads a request. Who asks whether to go on before sending its body is told so.
     *
     * @return null if the client is gone
     */
    static @Nullable HttpMessage readRequest(InputStream in, OutputStream out) throws IOException {
        String start = line(in);
        if (start == null) {
            return null;
        }
        List<String> headers = headers(in);
        if (headers.removeIf(header -> header.toLowerCase(Locale.ROOT).startsWith("expect:"))) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
            out.flush();
        }
        boolean hasBody = value(headers, "content-length") != null || value(headers, "transfer-encoding") != null;
        return new HttpMessage(start, headers, hasBody ? body(in, headers) : new byte[0], hasBody);
    }

    /** Reads the answer to a request of {@code method}, past those that only say to go on. */
    static HttpMessage readResponse(InputStream in, String method) throws IOException {
        while (true) {
            String start = line(in);
            if (start == null) {
                throw new EOFException("server is gone");
            }
            List<String> headers = headers(in);
            String status = start.substring(start.indexOf(' ') + 1);
            if (!status.startsWith("1")) {
                boolean hasBody = !method.equals("HEAD") && !status.startsWith("204") && !status.startsWith("304");
                return new HttpMessage(start, headers, hasBody ? body(in, headers) : new byte[0], hasBody);
            }
        }
    }

    /** With one bit changed in the middle of its body, if it has one. */
    HttpMessage damaged() {
        byte[] other = body.clone();
        if (other.length > 0) {
            other[other.length / 2] ^= 1;
        }
        return new HttpMessage(start, headers, other, hasBody);
    }

    /** An answer without content. */
    static HttpMessage answer(String status) {
        return new HttpMessage("HTTP/1.1 " + status, new ArrayList<>(), new byte[0], true);
    }

    String method() {
        return start.substring(0, start.indexOf(' '));
    }

    /** With its query. */
    String path() {
        return start.substring(start.indexOf(' ') + 1, start.lastIndexOf(' '));
    }

    byte[] body() {
        return body;
    }

    /** Whether the connection ends with this message. */
    boolean closes() {
        return "close".equalsIgnoreCase(value(headers, "connection"));
    }

    /** As a server that answers a range with the one that begins a byte later; anything but a range as it is. */
    HttpMessage oneByteBehind() {
        List<String> moved = new ArrayList<>();
        boolean isRange = false;
        for (String header : headers) {
            Matcher range = CONTENT_RANGE.matcher(header);
            if (range.matches()) {
                isRange = true;
                long first = Long.parseLong(range.group(2)) + 1;
                long last = Long.parseLong(range.group(3)) + 1;
                moved.add(range.group(1) + first + "-" + last + "/" + range.group(4));
            } else {
                moved.add(header);
            }
        }
        return isRange ? new HttpMessage(start, moved, Arrays.copyOfRange(body, 1, body.length + 1), hasBody) : this;
    }

    void writeTo(OutputStream out) throws IOException {
        writeHead(out);
        out.write(body);
        out.flush();
    }

    void writeHead(OutputStream out) throws IOException {
        StringBuilder head = new StringBuilder(start).append("\r\n");
        for (String header : headers) {
            String name = header.toLowerCase(Locale.ROOT);
            boolean length = name.startsWith("content-length:") || name.startsWith("transfer-encoding:");
            if (!length || !hasBody) {
                head.append(header).append("\r\n");
            }
        }
        if (hasBody) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(ISO_8859_1));
    }

    private static List<String> headers(InputStream in) throws IOException {
        List<String> headers = new ArrayList<>();
        for (String header = lineOrEnd(in); !header.isEmpty(); header = lineOrEnd(in)) {
            headers.add(header);
        }
        return headers;
    }

    private static @Nullable String value(List<String> headers, String name) {
        for (String header : headers) {
            if (header.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                return header.substring(name.length() + 1).strip();
            }
        }
        return null;
    }

    private static byte[] body(InputStream in, List<String> headers) throws IOException {
        String encoding = value(headers, "transfer-encoding");
        if (encoding != null && encoding.toLowerCase(Locale.ROOT).contains("chunked")) {
            return chunks(in);
        }
        String length = value(headers, "content-length");
        return length == null ? in.readAllBytes() : exactly(in, Integer.parseInt(length));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(lineOrEnd(in).replaceFirst(";.*", "").strip(), 16);
            if (length == 0) {
                headers(in);
                return body.toByteArray();
            }
            body.writeBytes(exactly(in, length));
            lineOrEnd(in);
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("body ends at " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private static String lineOrEnd(InputStream in) throws IOException {
        String line = line(in);
        if (line == null) {
            throw new EOFException("connection ends in a head");
        }
        return line;
    }

    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            line.write(c);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }
}
