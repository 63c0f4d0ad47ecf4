package tempo.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.config.ConfigReader;
import tempo.config.EffectiveConfig;
import tempo.config.EffectiveConfig.Setting;
import tempo.tls.TlsConfig;

final class TempoCommandTest {
    /** Reads one block and never starts. */
    private record FakeServer(Port port) implements Server {
        record ApiHttp(String host, int port, TlsConfig tls) {}

        @Override
        public Prepared prepare(Config config) {
            ConfigReader.read(config, "tempo.api.http", ApiHttp.class);
            return new Prepared() {
                @Override
                public List<Port> ports() {
                    return List.of(port);
                }

                @Override
                public Running start() throws StartException {
                    throw new StartException("fake does not start");
                }
            };
        }

        @Override
        public List<Setting> settings(Config config) {
            return EffectiveConfig.settings(config, "tempo.api.http", ApiHttp.class);
        }
    }

    private record Outcome(int exitCode, String out, String err) {}

    @TempDir
    Path directory;

    private static Outcome run(Server server, Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = TempoCommand.execute(server, environment, new PrintWriter(out), new PrintWriter(err), arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    private static Outcome run(String... arguments) {
        return run(onPort(0), Map.of(), arguments);
    }

    private static Server onPort(int port) {
        return new FakeServer(new Server.Port("the query API", "tempo.api.http.port", "127.0.0.1", port, false));
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("my.conf"), text).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "server", "quickstart", "config", "config show", "config check", "scan-blocks"})
    void helpOfEveryCommandGoesToOutAndReturnsZero(String command) {
        Outcome outcome = run((command + " --help").strip().split(" "));
        assertEquals(0, outcome.exitCode());
        assertTrue(outcome.out().contains("Usage: tempo"), outcome.out());
        assertEquals("", outcome.err());
    }

    @Test
    void versionNamesJavaAndAkka() {
        Outcome outcome = run("--version");
        assertEquals(0, outcome.exitCode());
        assertTrue(outcome.out().contains("Akka 2.8.5"), outcome.out());
    }

    @Test
    void missingCommandIsUsageError() {
        Outcome outcome = run();
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().startsWith("a command is missing"), outcome.err());
    }

    @Test
    void unknownOptionIsUsageError() {
        assertEquals(2, run("server", "--dta", "x").exitCode());
    }

    @Test
    void tracesOutOfBoundsIsUsageError() {
        Outcome outcome = run("quickstart", "--traces", "0");
        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().startsWith("--traces must be between 1 and 1000000 but was 0"), outcome.err());
    }

    @Test
    void badConfigurationReturnsTwoAndOneLineWithoutStackTrace() throws IOException {
        String file = file("tempo.api.http.prot = 1");
        Outcome outcome = run("server", "--config", file);
        assertEquals(2, outcome.exitCode());
        assertEquals(
                "tempo: tempo.api.http.prot is not a known key, it was set to 1 (" + file
                        + ": 1), did you mean tempo.api.http.port?\n",
                outcome.err());
    }

    @Test
    void takenPortReturnsOneAndNamesPortAndKey() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            Outcome outcome = run(onPort(port), Map.of(), "server");
            assertEquals(1, outcome.exitCode());
            assertTrue(
                    outcome.err()
                            .startsWith("tempo: port " + port + " on 127.0.0.1 cannot be opened for the query API"),
                    outcome.err());
            assertTrue(outcome.err().contains("tempo.api.http.port"), outcome.err());
            assertEquals(1, outcome.err().lines().count());
        }
    }

    @Test
    void failedStartReturnsOneWithItsMessage() {
        Outcome outcome = run("server");
        assertEquals(1, outcome.exitCode());
        assertEquals("tempo: fake does not start\n", outcome.err());
    }

    @Test
    void checkAcceptsGoodFile() throws IOException {
        String file = file("tempo.api.http.port = 3201");
        assertEquals(new Outcome(0, file + " is good\n", ""), run("config", "check", file));
    }

    @Test
    void checkRefusesBadFile() throws IOException {
        assertEquals(
                2, run("config", "check", file("tempo.api.http.port = many")).exitCode());
    }

    @Test
    void showOfChangedHasValueAndOrigin() throws IOException {
        String file = file("tempo.api.http.port = 3201");
        Outcome outcome = run("config", "show", "--config", file, "--changed");
        assertEquals("tempo.api.http.port = 3201  # " + file + ": 1\n", outcome.out());
    }

    @Test
    void showOfDefaultsIgnoresEnvironment() {
        Outcome outcome = run(onPort(0), Map.of("TEMPO_API_HTTP_PORT", "1"), "config", "show", "--defaults");
        assertTrue(outcome.out().contains("tempo.api.http.port = 3200"), outcome.out());
        assertFalse(outcome.out().contains("environment"), outcome.out());
    }
}
