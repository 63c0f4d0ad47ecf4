package tempo.tempodb.backend.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server on loopback that remembers what it is sent and misbehaves as it is told. */
final class ScriptedServer implements AutoCloseable {
    /** What a client sent. Names of headers in lower case. */
    record Request(String method, String target, Map<String, String> headers, byte[] body) {}

    /** Answers one request, or does not; closes the socket if the connection is to end. */
    interface Script {
        void answer(Request request, Socket socket) throws IOException;
    }

    /** What a bucket without objects says to those who ask whether it is there. */
    static final String EMPTY_LIST = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><Name>b</Name>"
            + "<IsTruncated>false</IsTruncated></ListBucketResult>";

    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger mostOpen = new AtomicInteger();
    private volatile Script script = (request, socket) -> send(socket, 200, Map.of(), EMPTY_LIST);

    ScriptedServer() throws IOException {
        listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    void script(Script next) {
        script = next;
    }

    String endpoint() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    List<Request> requests() {
        return requests;
    }

    /** The most connections that were open at a time. */
    int mostOpen() {
        return mostOpen.get();
    }

    static void send(Socket socket, int status, Map<String, String> headers, String body) throws IOException {
        send(socket, status, headers, body.getBytes(UTF_8));
    }

    static void send(Socket socket, int status, Map<String, String> headers, byte[] body) throws IOException {
        Map<String, String> all = new TreeMap<>(headers);
        all.putIfAbsent("Content-Length", Integer.toString(body.length));
        all.putIfAbsent("Content-Type", "application/xml");
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Status\r\n");
        all.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
        bytes.writeBytes(body);
        socket.getOutputStream().write(bytes.toByteArray());
        socket.getOutputStream().flush();
    }

    /** Ends the connection as a crash would. */
    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                mostOpen.accumulateAndGet(open.size(), Math::max);
                start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            while (!socket.isClosed()) {
                Request request = read(in);
                requests.add(request);
                script.answer(request, socket);
            }
        } catch (IOException gone) {
            return;
        } finally {
            open.remove(socket);
        }
    }

    private static Request read(InputStream in) throws IOException {
        String[] first = line(in).split(" ");
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(java.util.Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Request(first[0], first[1], headers, body);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("connection ended");
            }
            line.write(c);
        }
        return line.toString(ISO_8859_1).strip();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }
}
