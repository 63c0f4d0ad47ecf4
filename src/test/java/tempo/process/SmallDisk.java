package tempo.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of a few MiB in memory, which can be filled up for a while. Linux, as root. Not thread-safe. */
final class SmallDisk implements AutoCloseable {
    private final Path directory;

    SmallDisk(Path directory, int mebibytes) throws IOException {
        this.directory = Files.createDirectories(directory);
        mount("-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", directory.toString());
    }

    /** So much of it is taken. */
    void fill(int mebibytes) throws IOException {
        Files.write(directory.resolve("ballast"), new byte[mebibytes << 20]);
    }

    /** There is room again. */
    void empty() throws IOException {
        Files.delete(directory.resolve("ballast"));
    }

    /** All of it is taken, until {@link #empty}. */
    void fillUp() throws IOException {
        byte[] some = new byte[4096];
        try (OutputStream ballast = Files.newOutputStream(directory.resolve("ballast"))) {
            while (true) {
                ballast.write(some);
            }
        } catch (IOException full) {
            if (Files.size(directory.resolve("ballast")) < some.length) {
                throw full;
            }
        }
    }

    private static void mount(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "mount";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        run(command);
    }

    private static void run(String... command) throws IOException {
        try {
            int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (exit != 0) {
                throw new IOException(String.join(" ", command) + " ended with " + exit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Nobody may have files open there any more. */
    @Override
    public void close() throws IOException {
        run("umount", directory.toString());
    }
}
