package tempo.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tempo.NodeFixture;

class ConnectionsTest {
    private static final int SOON_MILLIS = 500;
    private static final int PATIENCE_MILLIS = 20_000;

    @RegisterExtension
    static final NodeFixture NODE = NodeFixture.with(Map.of("tempo.receiver.zipkin.connections-max", "2"));

    private static Socket connect(String receiver) throws IOException {
        URI uri = NODE.receiver(receiver);
        Socket socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static void ask(Socket socket) throws IOException {
        socket.getOutputStream()
                .write(("POST /api/v2/spans HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                + "Content-Length: 2\r\n\r\n[]")
                        .getBytes(UTF_8));
    }

    private static String status(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes("HTTP/1.1 202".length()), UTF_8);
    }

    @Test
    void connectionsBeyondTheBoundOfTheirReceiverWait() throws IOException {
        try (Socket first = connect("Zipkin");
                Socket second = connect("Zipkin")) {
            for (Socket each : new Socket[] {first, second}) {
                ask(each);
                assertEquals("HTTP/1.1 202", status(each));
            }
            try (Socket third = connect("Zipkin");
                    Socket elsewhere = connect("Jaeger HTTP")) {
                ask(third);
                third.setSoTimeout(SOON_MILLIS);
                assertThrows(SocketTimeoutException.class, () -> status(third));
                ask(elsewhere);
                assertEquals("HTTP/1.1 404", status(elsewhere), "other receivers have bounds of their own");
                first.shutdownOutput();
                third.setSoTimeout(PATIENCE_MILLIS);
                assertEquals("HTTP/1.1 202", status(third));
            }
        }
    }
}
