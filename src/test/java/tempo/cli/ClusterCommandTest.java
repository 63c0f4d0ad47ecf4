package tempo.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the commands about clusters print and return, given what a node answers. */
final class ClusterCommandTest {
    private static final String MEMBER =
            """
            {"node":"tempo@10.0.0.%d:25520","status":"Up","reachable":%s,"leader":false,
            "roles":["dc-default","ingester"],"report":%s}""";
    private static final String REPORT =
            """
            {"version":"1","uptimeSeconds":3725,"api":"http://10.0.0.1:3200","blocks":7,"ranges":[1,2,9],"liveTraces":11,
            "liveBytes":5,"headTraces":12,"headBytes":2097152,"copiesHeld":13,
            "wal":{"floor":99,"records":5,"outstanding":4,"queuedBytes":512,"segments":1,"fileBytes":64}}""";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<String> asked = new ArrayList<>();
    private HttpServer node = unset();
    private volatile String answer = "";
    private volatile int status = 200;

    @BeforeEach
    void start() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
        node.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        node.start();
    }

    @AfterEach
    void stop() {
        node.stop(0);
    }

    private int run(String... arguments) {
        CommandLine command = new CommandLine(new ClusterCommand())
                .addSubcommand(new ClusterStatusCommand())
                .addSubcommand(new ClusterWriteOffCommand())
                .addSubcommand(new ClusterUpCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    line.getErr().println("tempo: " + failure.getMessage());
                    return 1;
                });
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--api=http://127.0.0.1:" + node.getAddress().getPort());
        return command.execute(all.toArray(String[]::new));
    }

    private static String cluster(String owed, String... members) {
        return "{\"answeredBy\":\"a\",\"members\":[" + String.join(",", members) + "],\"owedLogs\":[" + owed + "]}";
    }

    @Test
    void theTableSaysWhatEachNodeHolds() {
        answer = cluster("", MEMBER.formatted(1, true, REPORT));
        assertEquals(0, run("status"), err::toString);
        String[] lines = out.toString().split("\n", -1);
        assertTrue(lines[0].startsWith("NODE"), lines[0]);
        assertEquals(
                List.of(
                        "tempo@10.0.0.1:25520",
                        "Up",
                        "ingester",
                        "1h2m5s",
                        "3",
                        "11",
                        "12",
                        "2.0 MiB",
                        "99+4",
                        "0.5 KiB",
                        "13",
                        "7"),
                List.of(lines[1].split("  +", -1)));
    }

    @Test
    void aMemberThatDoesNotAnswerAndALogThatIsOwedAreShownAndMakeItFail() {
        answer = cluster(
                "\"tempo@10.0.0.9:25520#ff\"", MEMBER.formatted(1, true, REPORT), MEMBER.formatted(2, false, "null"));
        assertEquals(1, run("status"));
        assertTrue(out.toString().contains("Up, unreachable"), out::toString);
        assertTrue(out.toString().contains("owed: tempo@10.0.0.9:25520#ff"), out::toString);
    }

    @Test
    void jsonIsWhatTheNodeSaid() {
        answer = cluster("", MEMBER.formatted(1, true, REPORT));
        assertEquals(0, run("status", "--output", "json"));
        assertEquals(answer, out.toString());
    }

    @Test
    void aNodeThatIsNotThereIsOneSentence() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        node.stop(0);
        assertEquals(
                1,
                new CommandLine(new ClusterStatusCommand())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setErr(new PrintWriter(err, true))
                        .setExecutionExceptionHandler((failure, line, parsed) -> {
                            line.getErr().println(failure.getMessage());
                            return 1;
                        })
                        .execute("--api=http://127.0.0.1:" + port));
        assertTrue(err.toString().startsWith("nothing listens at http://127.0.0.1:" + port), err::toString);
    }

    @Test
    void aLogIsWrittenOffOnlyOnPurpose() {
        answer = "written off\n";
        assertEquals(2, run("write-off", "tempo@10.0.0.9:25520#ff"));
        assertEquals(List.of(), asked);
        assertEquals(0, run("write-off", "tempo@10.0.0.9:25520#ff", "--yes"));
        assertEquals(List.of("POST /status/cluster/write-off?log=tempo%4010.0.0.9%3A25520%23ff"), asked);
        status = 403;
        assertEquals(1, run("write-off", "x", "--yes"));
        assertTrue(err.toString().contains("answered 403"), err::toString);
    }

    @Test
    void aClusterHasAsManyNodesAsCopiesAtLeast() {
        for (List<String> wrong : List.of(List.of("0"), List.of("21"), List.of("2", "--copies", "3"))) {
            assertEquals(
                    2,
                    new CommandLine(new ClusterUpCommand())
                            .setErr(new PrintWriter(err, true))
                            .execute(wrong.toArray(String[]::new)),
                    wrong.toString());
        }
    }

    @SuppressWarnings("NullAway")
    private static HttpServer unset() {
        return null;
    }
}
