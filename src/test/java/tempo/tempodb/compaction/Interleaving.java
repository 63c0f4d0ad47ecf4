package tempo.tempodb.compaction;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Processes that take steps one at a time, in an order that a seed determines: each is a thread that waits for its turn before every
 * step. Any may stand still for a long time, or crash, at any step. Time passes between steps.
 */
final class Interleaving {
    private final Random random;
    private final List<Process> processes = new ArrayList<>();
    private final Semaphore scheduler = new Semaphore(0);
    private final ThreadLocal<@Nullable Process> current = new ThreadLocal<>();
    private Instant now;
    private volatile boolean over;

    Interleaving(long seed, Instant start) {
        this.random = new Random(seed);
        this.now = start;
    }

    /** What a process does again and again, beginning anew after a crash. */
    interface Life {
        /** One run, from the start of the process until it crashes or is done. */
        void live() throws Exception;
    }

    /** The end of a process: nothing it wanted to do after that is done. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("crash", null, false, false);
        }
    }

    private final class Process {
        private final String name;
        private final Semaphore turn = new Semaphore(0);
        private Thread thread = new Thread();
        private int crashesLeft;
        private boolean done;
        private int stillFor;
        private @Nullable Throwable failure;

        Process(String name, int crashesLeft) {
            this.name = name;
            this.crashesLeft = crashesLeft;
        }
    }

    /** Adds a process, which crashes at most so many times. */
    void add(String name, int crashes, Life life) {
        Process process = new Process(name, crashes);
        process.thread = new Thread(() -> run(process, life), name);
        process.thread.setDaemon(true);
        processes.add(process);
    }

    private void run(Process process, Life life) {
        current.set(process);
        process.turn.acquireUninterruptibly();
        try {
            while (!process.done) {
                try {
                    life.live();
                    process.done = true;
                } catch (Crash crash) {
                    process.done = over;
                }
            }
        } catch (Throwable failure) {
            process.failure = failure;
            process.done = true;
        }
        scheduler.release();
    }

    /** Ends the step of the process that calls, which goes on when it is its turn again; or crashes it. */
    void step() {
        Process process = current.get();
        if (process == null) {
            return;
        }
        scheduler.release();
        process.turn.acquireUninterruptibly();
        if (over) {
            throw new Crash();
        }
    }

    /** True if the process that calls is to crash here. */
    boolean crashes() {
        Process process = current.get();
        if (process == null || process.crashesLeft == 0 || random.nextInt(40) != 0) {
            return false;
        }
        process.crashesLeft--;
        return true;
    }

    Instant now() {
        return now;
    }

    /** Lets time pass while nobody takes steps. */
    void pass(Duration duration) {
        now = now.plus(duration);
    }

    Random random() {
        return random;
    }

    /** Takes so many steps, or until all are done; then ends what is left. Throws what a process threw. */
    void run(int steps) throws Throwable {
        processes.forEach(process -> process.thread.start());
        for (int i = 0; i < steps; i++) {
            List<Process> ready = new ArrayList<>();
            for (Process process : processes) {
                if (!process.done && process.stillFor-- <= 0) {
                    ready.add(process);
                }
            }
            if (ready.isEmpty() && processes.stream().allMatch(process -> process.done)) {
                break;
            }
            now = now.plusMillis(random.nextInt(2_000));
            if (random.nextInt(200) == 0) {
                now = now.plusSeconds(random.nextInt(1_200));
            }
            if (ready.isEmpty()) {
                continue;
            }
            Process next = ready.get(random.nextInt(ready.size()));
            next.turn.release();
            scheduler.acquireUninterruptibly();
            if (random.nextInt(60) == 0) {
                next.stillFor = random.nextInt(400);
            }
            throwFailures();
        }
        over = true;
        for (Process process : processes) {
            while (!process.done) {
                process.turn.release();
                scheduler.acquireUninterruptibly();
            }
            process.thread.join();
        }
        throwFailures();
    }

    private void throwFailures() throws Throwable {
        for (Process process : processes) {
            if (process.failure != null) {
                over = true;
                throw new AssertionError(process.name + " failed", process.failure);
            }
        }
    }
}
