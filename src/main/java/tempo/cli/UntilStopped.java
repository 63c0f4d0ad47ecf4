package tempo.cli;

import java.io.PrintWriter;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.ExitCode;

/** Keeps a command from returning while its server runs, and stops the server when the process is told to end. */
final class UntilStopped {
    private UntilStopped() {}

    /**
     * Returns when the server has stopped by itself, with the exit code for that: nobody asked for it, so it failed. On
     * SIGTERM or Ctrl-C the process ends from inside here with exit code 0, or 1 if stopping failed; left to itself, a
     * JVM would end with 143 and a supervisor would take an orderly stop for a crash.
     *
     * @param ready printed once a stop would be in order: whoever reads it may ask for one
     */
    static int await(Server.Running running, String ready, PrintWriter out) {
        AtomicBoolean asked = new AtomicBoolean();
        Thread hook = new Thread(() -> stopAndHalt(running, asked, out), "stop");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            out.println(ready);
            out.flush();
        } catch (IllegalStateException askedWhileStarting) {
            // It was never ready, and may have stopped already by a hook of the actor system.
            asked.set(true);
            stopAndHalt(running, asked, out);
        }
        try {
            running.terminated().toCompletableFuture().join();
        } catch (CompletionException e) {
            out.println("tempo failed: " + e.getCause());
        }
        out.println(sentence(running, asked.get()));
        out.flush();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            return ExitCode.SOFTWARE;
        }
        return ExitCode.SOFTWARE;
    }

    private static String sentence(Server.Running running, boolean asked) {
        if (asked) {
            return "tempo has stopped";
        }
        return running.removed()
                ? "tempo was removed from its cluster, and has stopped"
                : "tempo has stopped without being asked to, its log says why";
    }

    private static void stopAndHalt(Server.Running running, AtomicBoolean asked, PrintWriter out) {
        if (running.terminated().toCompletableFuture().isDone()) {
            return;
        }
        asked.set(true);
        int exitCode = ExitCode.OK;
        try {
            out.println("stopping");
            out.flush();
            running.stop();
        } catch (RuntimeException e) {
            out.println("tempo could not stop in order: " + e);
            exitCode = ExitCode.SOFTWARE;
        }
        out.flush();
        Runtime.getRuntime().halt(exitCode);
    }
}
