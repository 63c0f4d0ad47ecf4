package tempo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A trace that is larger than the heap is written, merged and read as a stream, in a process whose heap is small. */
final class LargeTraceIT {
    private static final Pattern DONE =
            Pattern.compile("all [0-9]+ spans: read [0-9]+ in ([0-9]+) values of at most ([0-9]+) bytes");

    /** Values are cut at a MiB, by who puts them and by a merge, which may have almost one before it adds another. */
    private static final int VALUE_BYTES_MAX = 3 << 20;

    private static final boolean LONG = Boolean.getBoolean("tempo.test.long");
    private static final int SPANS = LONG ? 2_000_000 : 300_000;
    private static final String HEAP = LONG ? "512m" : "96m";

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void everySpanOfALargeTraceComesBackFromASmallHeap() throws IOException, InterruptedException {
        Path arguments = Files.writeString(
                directory.resolve("java.args"),
                "-cp\n\"" + System.getProperty("java.class.path").replace("\\", "\\\\") + "\"\n");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP,
                        "-XX:+UseSerialGC",
                        "@" + arguments,
                        LargeTrace.class.getName(),
                        directory.resolve("store").toString(),
                        String.valueOf(SPANS))
                .redirectErrorStream(true)
                .start();
        try {
            List<String> lines =
                    process.inputReader(StandardCharsets.UTF_8).lines().toList();
            String output = String.join("\n", lines);
            System.out.println(output);
            assertEquals(0, process.waitFor(), output);
            Matcher done = DONE.matcher(lines.get(lines.size() - 1));
            assertTrue(done.matches(), output);
            assertTrue(Integer.parseInt(done.group(2)) <= VALUE_BYTES_MAX, output);
        } finally {
            process.destroyForcibly();
        }
    }
}
