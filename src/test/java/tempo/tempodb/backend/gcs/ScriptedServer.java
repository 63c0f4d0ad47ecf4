package tempo.tempodb.backend.gcs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP server on the loopback address that answers as it is told, also in ways that no server should. */
final class ScriptedServer implements AutoCloseable {
    /** A request that has come whole. */
    record Request(String method, String path, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, ISO_8859_1);
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    /** What is said to a request. Ends the connection if it throws. */
    interface Answer {
        void to(Request request, Socket connection) throws IOException;
    }

    private static final class EndOfConnection extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final ServerSocket socket;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile Answer answer;
    private volatile boolean readsBodies = true;

    ScriptedServer(Answer answer) throws IOException {
        this.answer = answer;
        this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    String address() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    void answer(Answer next) {
        answer = next;
    }

    /** Whether it reads more of a request than its head. */
    void readsBodies(boolean reads) {
        readsBodies = reads;
    }

    /** All requests so far, the oldest first. */
    List<Request> requests() {
        return List.copyOf(requests);
    }

    void forget() {
        requests.clear();
    }

    int connections() {
        return connections.size();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket each : connections) {
            each.close();
        }
    }

    static Answer json(int status, String body) {
        return answer(status, "Content-Type: application/json\r\n", body);
    }

    static Answer status(int status) {
        return json(status, "{\"error\":{\"code\":" + status + ",\"message\":\"as told\"}}");
    }

    /** @param headers each with the end of its line */
    static Answer answer(int status, String headers, String body) {
        return (request, connection) -> {
            int bytes = body.getBytes(UTF_8).length;
            String length = headers.contains("Content-Length") ? "" : "Content-Length: " + bytes + "\r\n";
            write(connection, "HTTP/1.1 " + status + " Told\r\n" + headers + length + "\r\n" + body);
            if (headers.contains("Content-Length")) {
                throw new EndOfConnection();
            }
        };
    }

    /** The connection breaks as if the machine had died. */
    static Answer reset() {
        return (request, connection) -> {
            connection.setSoLinger(true, 0);
            throw new EndOfConnection();
        };
    }

    /** Nothing, until the client has had enough. */
    static Answer silence() {
        return (request, connection) -> {
            connection.getInputStream().read();
            throw new EndOfConnection();
        };
    }

    static void write(Socket connection, String text) throws IOException {
        OutputStream out = connection.getOutputStream();
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                connections.add(connection);
                daemon(() -> serve(connection));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                Request request = rest(line, in);
                requests.add(request);
                answer.to(request, connection);
            }
        } catch (IOException ended) {
            return;
        } finally {
            connections.remove(connection);
        }
    }

    private Request rest(String line, InputStream in) throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            headers.put(
                    header.substring(0, header.indexOf(':')),
                    header.substring(header.indexOf(':') + 1).strip());
        }
        int bodyBytes = readsBodies ? Integer.parseInt(headers.getOrDefault("Content-Length", "0")) : 0;
        byte[] body = in.readNBytes(bodyBytes);
        String[] words = line.split(" ");
        return new Request(words[0], words[1], headers, body);
    }

    /** Empty at the end. */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.write(c);
        }
        return line.toString(ISO_8859_1).strip();
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }
}
