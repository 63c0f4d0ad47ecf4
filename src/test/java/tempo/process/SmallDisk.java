package tempo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of a few MiB in memory, which can be filled up for a while. Linux, as root. Not thread-safe. */
final class SmallDisk implements AutoCloseable {
    private final Path directory;

    /** Where it cannot be had, the test is not for this machine. */
    SmallDisk(Path directory, int mebibytes) throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "a small disk of our own needs Linux");
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting a small disk needs root");
        this.directory = Files.createDirectories(directory);
        int exit = run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", directory.toString());
        assumeTrue(exit == 0, "mount is not allowed here");
    }

    /** So much of it is taken. */
    void fill(int mebibytes) throws IOException {
        Files.write(directory.resolve("ballast"), new byte[mebibytes << 20]);
    }

    /** There is room again. */
    void empty() throws IOException {
        Files.delete(directory.resolve("ballast"));
    }

    private static int run(String... command) throws IOException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Nobody may have files open there any more. */
    @Override
    public void close() throws IOException {
        assertEquals(0, run("umount", directory.toString()), "exit code of umount");
    }
}
