package tempo.tempodb.backend;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 proxy on loopback before one server, which lets requests go wrong by a seed and counts them. Rates may be changed while
 * it runs. Bodies are held in the heap, one of each connection. Thread-safe; a thread for each connection.
 */
public final class FaultProxy implements AutoCloseable {
    /** How a request may go wrong. */
    public enum Fault {
        ERROR_500,
        BUSY_503,
        THROTTLED_429,
        /** The connection is reset before the server hears of the request. */
        RESET,
        /** No answer until the client goes or the proxy closes. */
        HANG,
        /** The answer ends in the middle of its body. */
        TRUNCATE,
        /** The answer comes in eight pieces, {@link #DRIP_MILLIS} apart. */
        DRIP,
        /** A part of an object is answered with the part one byte behind it, and says so. */
        WRONG_RANGE,
        /** The server does what a PUT, POST or DELETE asks, and then the connection is reset. */
        LOST_ANSWER,
        /** A bit in the middle of the body that a PUT or POST brings is another one on its way to the server. */
        DAMAGE
    }

    /** Between two pieces of a body that drips. */
    public static final int DRIP_MILLIS = 50;

    private static final Set<String> CHANGING = Set.of("PUT", "POST", "DELETE");
    private static final int DRIPS = 8;

    private final int upstreamPort;
    private final Random random;
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Map<Fault, Double> rates = new ConcurrentHashMap<>();
    private final Map<Fault, LongAdder> faults = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    private volatile long delayMillis;

    private FaultProxy(int upstreamPort, long seed, ServerSocket listener) {
        this.upstreamPort = upstreamPort;
        this.random = new Random(seed);
        this.listener = listener;
    }

    /** Starts a proxy, in which nothing goes wrong yet, before the server on a port of loopback. */
    public static FaultProxy start(int upstreamPort, long seed) throws IOException {
        FaultProxy proxy =
                new FaultProxy(upstreamPort, seed, new ServerSocket(0, 128, InetAddress.getLoopbackAddress()));
        proxy.threads.execute(proxy::accept);
        return proxy;
    }

    /** Where it listens, on loopback. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Lets this share of all requests, 0 to 1, go wrong in this manner; the shares of all faults add up to 1 at most. */
    public void set(Fault fault, double rate) {
        rates.put(fault, rate);
    }

    /** Divides a share of all requests among these faults. */
    public void setAll(double rate, List<Fault> among) {
        among.forEach(fault -> set(fault, rate / among.size()));
    }

    /** Nothing goes wrong from now on. */
    public void heal() {
        rates.clear();
    }

    /** Makes every answer, right or wrong, as much later: the way to a store that is far. */
    public void delay(Duration delay) {
        delayMillis = delay.toMillis();
    }

    /** Requests that came with this method (any, if empty) for a path that starts with this. */
    public long count(String method, String pathPrefix) {
        return requests.stream()
                .filter(request -> (method.isEmpty() || request.startsWith(method + " "))
                        && request.startsWith(pathPrefix, request.indexOf(' ') + 1))
                .count();
    }

    /** All requests since the start or {@link #forget}, as "GET /path?query", in the order in which they came. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** Counts from nothing again. */
    public void forget() {
        requests.clear();
    }

    /** How often this has happened. */
    public long faults(Fault fault) {
        LongAdder count = faults.get(fault);
        return count == null ? 0 : count.sum();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                sockets.add(client);
                threads.execute(() -> serve(client));
            }
        } catch (IOException closedByTest) {
            return;
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), upstreamPort)) {
            sockets.add(server);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            if (closed.getCount() > 0) {
                serve(new Connection(client), new Connection(server));
            }
            sockets.remove(server);
        } catch (IOException | InterruptedException connectionIsOver) {
            return;
        } finally {
            sockets.remove(client);
        }
    }

    private void serve(Connection client, Connection server) throws IOException, InterruptedException {
        boolean open = true;
        while (open) {
            HttpMessage request = HttpMessage.readRequest(client.in, client.out);
            if (request == null) {
                return;
            }
            requests.add(request.method() + " " + request.path());
            pause(delayMillis);
            Fault fault = draw(request.method());
            if (fault != null) {
                faults.computeIfAbsent(fault, key -> new LongAdder()).increment();
            }
            open = answer(request, fault, client, server) && !request.closes();
        }
    }

    private synchronized @Nullable Fault draw(String method) {
        double drawn = random.nextDouble();
        for (Fault fault : Fault.values()) {
            drawn -= rates.getOrDefault(fault, 0.0);
            if (drawn < 0) {
                boolean ofChangesOnly = fault == Fault.LOST_ANSWER || fault == Fault.DAMAGE;
                return ofChangesOnly && !CHANGING.contains(method) ? null : fault;
            }
        }
        return null;
    }

    /** Whether both connections may be used again. */
    private boolean answer(HttpMessage request, @Nullable Fault fault, Connection client, Connection server)
            throws IOException, InterruptedException {
        if (fault == Fault.ERROR_500) {
            return refuse(client, "500 Internal Server Error");
        }
        if (fault == Fault.BUSY_503) {
            return refuse(client, "503 Service Unavailable");
        }
        if (fault == Fault.THROTTLED_429) {
            return refuse(client, "429 Too Many Requests");
        }
        if (fault == Fault.RESET) {
            return client.reset();
        }
        if (fault == Fault.HANG) {
            return client.isGone();
        }
        (fault == Fault.DAMAGE ? request.damaged() : request).writeTo(server.out);
        HttpMessage response = HttpMessage.readResponse(server.in, request.method());
        if (fault == Fault.LOST_ANSWER) {
            return client.reset();
        }
        if (fault == Fault.TRUNCATE && response.body().length > 0) {
            response.writeHead(client.out);
            client.out.write(response.body(), 0, response.body().length / 2);
            client.out.flush();
            return false;
        }
        if (fault == Fault.DRIP) {
            drip(response, client.out);
        } else if (fault == Fault.WRONG_RANGE) {
            response.oneByteBehind().writeTo(client.out);
        } else {
            response.writeTo(client.out);
        }
        return !response.closes();
    }

    private static boolean refuse(Connection client, String status) throws IOException {
        HttpMessage.answer(status).writeTo(client.out);
        return true;
    }

    private void drip(HttpMessage response, OutputStream out) throws IOException, InterruptedException {
        response.writeHead(out);
        byte[] body = response.body();
        for (int i = 0; i < DRIPS; i++) {
            int from = (int) ((long) body.length * i / DRIPS);
            out.write(body, from, (int) ((long) body.length * (i + 1) / DRIPS) - from);
            out.flush();
            pause(DRIP_MILLIS);
        }
    }

    /** Returns at once, by an exception, when the proxy closes. */
    private void pause(long millis) throws IOException, InterruptedException {
        if (millis > 0 && closed.await(millis, TimeUnit.MILLISECONDS)) {
            throw new IOException("proxy is closed");
        }
    }

    private static final class Connection implements Closeable {
        final InputStream in;
        final OutputStream out;
        private final Socket socket;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
            this.out = socket.getOutputStream();
        }

        /** Waits until the other side closes it or goes on without an answer; it cannot be used again. */
        boolean isGone() throws IOException {
            int next = in.read();
            return next > 0 && reset();
        }

        /** Ends it with RST instead of FIN; it cannot be used again. */
        boolean reset() throws IOException {
            socket.setSoLinger(true, 0);
            close();
            return false;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
