package tempo.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigSourcesTest {
    private static final String PORT = "tempo.api.http.port";
    private static final String PORT_VARIABLE = "TEMPO_API_HTTP_PORT";

    @TempDir
    Path directory;

    private Optional<Path> file(String text) throws IOException {
        return Optional.of(Files.writeString(directory.resolve("my.conf"), text));
    }

    @Test
    void fileBeatsDefault() throws IOException {
        Config config = ConfigSources.load(file(PORT + " = 1"), Map.of(), Map.of());
        assertEquals(1, config.getInt(PORT));
    }

    @Test
    void environmentBeatsFile() throws IOException {
        Config config = ConfigSources.load(file(PORT + " = 1"), Map.of(PORT_VARIABLE, "2"), Map.of());
        assertEquals(2, config.getInt(PORT));
        assertEquals(
                "environment variable TEMPO_API_HTTP_PORT",
                Origins.where(config.getValue(PORT).origin()));
    }

    @Test
    void commandLineBeatsEnvironment() throws IOException {
        Config config = ConfigSources.load(file(PORT + " = 1"), Map.of(PORT_VARIABLE, "2"), Map.of(PORT, "3"));
        assertEquals(3, config.getInt(PORT));
    }

    @Test
    void fileMayUseVariablesOfTheEnvironment() throws IOException {
        Config config = ConfigSources.load(file("tempo.data-dir = ${HOME}/spans"), Map.of("HOME", "/h"), Map.of());
        assertEquals("/h/spans", config.getString("tempo.data-dir"));
    }

    @Test
    void fileMaySetWhatAkkaReads() throws IOException {
        Config config = ConfigSources.load(file("akka.loglevel = DEBUG"), Map.of(), Map.of());
        assertEquals("DEBUG", config.getString("akka.loglevel"));
    }

    @Test
    void refusesBlockThatNobodyReads() {
        InvalidConfigException e = assertThrows(
                InvalidConfigException.class, () -> ConfigSources.load(file("\napi.port = 1"), Map.of(), Map.of()));
        assertEquals(
                "api is not a known key (" + directory.resolve("my.conf") + ": 2), did you mean tempo.api?",
                e.problems().get(0));
    }

    @Test
    void namesLineOfSyntaxError() {
        InvalidConfigException e = assertThrows(
                InvalidConfigException.class, () -> ConfigSources.load(file("tempo {\n  a = }"), Map.of(), Map.of()));
        assertTrue(
                e.problems().get(0).contains("my.conf: 2"), () -> e.problems().get(0));
    }

    @Test
    void namesMissingFile() {
        Path missing = directory.resolve("none.conf");
        InvalidConfigException e = assertThrows(
                InvalidConfigException.class, () -> ConfigSources.load(Optional.of(missing), Map.of(), Map.of()));
        assertEquals(
                "configuration file cannot be read: " + missing, e.problems().get(0));
    }
}
