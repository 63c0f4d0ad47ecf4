package tempo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The storage engine in somebody else's program: the example, with the three jars that it needs and no other. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class EngineAloneIT {
    private static final Path LIBRARIES = Path.of(System.getProperty("tempo.app", "target/app"), "lib");

    @TempDir
    Path data;

    @Test
    void exampleRunsWithTheThreeJarsThatTheDocsName() throws IOException, InterruptedException {
        String classPath;
        try (Stream<Path> jars = Files.list(LIBRARIES)) {
            classPath = jars.map(Path::toString)
                    .filter(jar -> jar.matches(".*[/\\\\](tempo|zstd-jni-[0-9.-]+|jackson-core-[0-9.]+)\\.jar"))
                    .collect(Collectors.joining(File.pathSeparator));
        }
        assertEquals(3, classPath.split(File.pathSeparator).length, classPath);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        "example/tempodb/Notes.java",
                        data.toString())
                .redirectErrorStream(true)
                .start();
        List<String> lines;
        try {
            lines = process.inputReader(StandardCharsets.UTF_8).lines().sorted().toList();
        } finally {
            process.destroyForcibly();
        }
        assertEquals(
                List.of(
                        "checkout: a value of 1 spans",
                        "checkout: a value of 2 spans",
                        "compacted: checkout is one value of 2 spans in 1 block",
                        "deleted: 0 notes are left of checkout",
                        "note: mended on Friday",
                        "note: slow since Tuesday",
                        "opened again: [notes, shop]",
                        "removed: 3 old blocks",
                        "scan: 100 notes in all",
                        "scan: 24 notes in the first quarter of the keys",
                        "traces: 2 spans in a block"),
                lines);
        assertEquals(0, process.waitFor());
    }
}
