package tempo.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tempo.config.ConfigSources;

/** A node in a process of its own, on ports that are free. Its output is read as it comes and kept. Thread-safe. */
final class NodeProcess implements AutoCloseable {
    static final Duration START_MAX = Duration.ofSeconds(90);
    static final Duration STOP_MAX = Duration.ofSeconds(120);

    private static final Pattern READY = Pattern.compile(
            "is ready: OTLP gRPC (http://\\S+), OTLP HTTP (http://\\S+), .*API (http://\\S+), management (http://\\S+)");
    private static final List<String> SETTINGS = Stream.concat(
                    ConfigSources.portKeys().stream().map(key -> key + " = 0"), Stream.of("tempo.telemetry.tick = 1 s"))
            .toList();

    private final Process process;
    private final Thread reader;
    private final List<String> output = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean outputEnded;

    private NodeProcess(Process process) {
        this.process = process;
        this.reader = new Thread(this::read, "output of node " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a node and returns when it says that it is ready.
     *
     * @param home where its configuration file goes
     * @param data its data directory
     * @param heapMax as the JVM takes it: {@code 256m}
     * @param settings lines of HOCON, below {@code tempo} or of Akka
     * @throws AssertionError with the node's output if it is not ready in time
     */
    static NodeProcess start(Path home, Path data, String heapMax, List<String> settings) throws IOException {
        NodeProcess node = launch(home, data, heapMax, settings, List.of());
        try {
            node.awaitReady();
            return node;
        } catch (AssertionError notReady) {
            node.close();
            throw notReady;
        }
    }

    /**
     * As above, but returns at once.
     *
     * @param before what is to run the node's command, as {@code ip netns exec NAME}
     */
    static NodeProcess launch(Path home, Path data, String heapMax, List<String> settings, List<String> before)
            throws IOException {
        Files.createDirectories(home);
        List<String> lines = new ArrayList<>(SETTINGS);
        settings.forEach(line -> lines.add(line.startsWith("akka.") ? line : "tempo." + line));
        Path config = Files.writeString(home.resolve("node.conf"), String.join("\n", lines) + "\n");
        List<String> command = new ArrayList<>(before);
        command.addAll(launcher(home, heapMax));
        command.addAll(List.of("server", "--config", config.toString(), "--data", data.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("TEMPO_"));
        builder.environment().put("TEMPO_HEAP", heapMax);
        builder.environment().put("TEMPO_JAVA_OPTS", "-XX:TieredStopAtLevel=1");
        return new NodeProcess(builder.start());
    }

    /** Waits until the node says that it is ready. */
    void awaitReady() {
        awaitLine(READY, 1, START_MAX);
    }

    /** The packaged program where there is one, whose archive of classes makes starts quicker; else the classes under test. */
    private static List<String> launcher(Path home, String heapMax) throws IOException {
        Path packaged = Path.of(System.getProperty("tempo.app", "none"), "bin", "tempo");
        if (Files.isExecutable(packaged)) {
            return List.of(packaged.toString());
        }
        Path arguments = Files.writeString(
                home.resolve("node.args"), "-cp\n\"" + classPath().replace("\\", "\\\\") + "\"\n");
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMax,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dfile.encoding=UTF-8",
                "@" + arguments,
                "tempo.Main");
    }

    /** The test's own class path without what is only for tests. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes") && !entry.endsWith("test-classes/"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = lines.readLine()) != null) {
                add(line);
            }
        } catch (IOException e) {
            add("output of the node ended: " + e);
        } finally {
            lock.lock();
            try {
                outputEnded = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void add(String line) {
        lock.lock();
        try {
            output.add(line);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until {@code count} lines in which {@code part} is found have been written since the start. */
    void awaitLine(Pattern part, int count, Duration timeMax) {
        long nanos = timeMax.toNanos();
        lock.lock();
        try {
            while (count(part) < count) {
                if (outputEnded || nanos <= 0) {
                    throw new AssertionError("node " + process.pid() + " wrote '" + part + "' " + count(part)
                            + " times and not " + count + (outputEnded ? " before it ended" : " in " + timeMax)
                            + ", its output:\n" + String.join("\n", output));
                }
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    private long count(Pattern part) {
        return output.stream().filter(line -> part.matcher(line).find()).count();
    }

    /** All lines written so far in which {@code part} occurs. */
    List<String> lines(String part) {
        lock.lock();
        try {
            return output.stream().filter(line -> line.contains(part)).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Everything written so far. */
    String output() {
        return String.join("\n", lines(""));
    }

    private URI address(int group) {
        List<String> lines = lines("is ready: ");
        Matcher ready = READY.matcher(lines.get(lines.size() - 1));
        if (!ready.find()) {
            throw new IllegalStateException("ready line is not as expected: " + lines("is ready: "));
        }
        return URI.create(ready.group(group));
    }

    URI otlpGrpc() {
        return address(1);
    }

    URI otlpHttp() {
        return address(2);
    }

    URI api() {
        return address(3);
    }

    /** Stands still, as by a long pause of the garbage collector, until {@link #resume}. */
    void pause() throws IOException {
        signal("STOP");
    }

    void resume() throws IOException {
        signal("CONT");
    }

    private void signal(String name) throws IOException {
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IOException("kill -" + name + " " + process.pid() + " ended with " + exit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    /** kill -9; returns when the process is gone. */
    void kill9() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM; returns at once. Not by {@link Process#destroy}, which would close the pipe that the node's output comes through. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Waits for the end of the process and returns its exit code. */
    int awaitEnd() {
        try {
            if (!process.waitFor(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("node " + process.pid() + " did not end, its output:\n" + output());
            }
            reader.join(STOP_MAX.toMillis());
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", e));
        }
    }

    /** Kills the process if it runs. */
    @Override
    public void close() {
        kill9();
    }
}
