package tempo.vulture;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Writes, reads and asks again and again, each in a thread of its own, until the process is told to end. */
final class Watch {
    /** A write that is due is seen to so soon. */
    private static final Duration TICK_MOST = Duration.ofSeconds(1);

    private static final long LAST_REQUEST_SECONDS = 10;

    private final InstantSource clock;
    private final TraceCheck.Report report;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(3);

    Watch(InstantSource clock, TraceCheck.Report report) {
        this.clock = clock;
        this.report = report;
    }

    /** Returns once the process is told to end, and what was begun is done. */
    void run(
            @Nullable OwnWrites own,
            Duration writeInterval,
            Duration readInterval,
            @Nullable LokiChecks loki,
            Duration lokiInterval) {
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stopped, ended), "stop"));
        if (own != null) {
            Duration tick = writeInterval.compareTo(TICK_MOST) < 0 ? writeInterval : TICK_MOST;
            repeat(own::write, new BackOff(tick), Duration.ZERO);
            repeat(own::read, new BackOff(readInterval), readInterval);
        }
        if (loki != null) {
            repeat(loki::run, new BackOff(lokiInterval), Duration.ZERO);
        }
        try {
            stopped.await();
            threads.shutdown();
            if (!threads.awaitTermination(LAST_REQUEST_SECONDS, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        report.say("stopped");
        ended.countDown();
    }

    private static void stop(CountDownLatch stopped, CountDownLatch ended) {
        stopped.countDown();
        try {
            ended.await(LAST_REQUEST_SECONDS + 1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Left to itself, a JVM would end with 143, and a supervisor would take an orderly stop for a crash.
        Runtime.getRuntime().halt(0);
    }

    private void repeat(Predicate<Instant> work, BackOff backOff, Duration first) {
        if (threads.isShutdown()) {
            return;
        }
        threads.schedule(
                () -> {
                    boolean success = false;
                    try {
                        success = work.test(clock.instant());
                    } catch (RuntimeException e) {
                        // One turn that fails in a way that nobody foresaw must not end the watch.
                        report.say("failed unexpectedly: " + e);
                    }
                    repeat(work, backOff, backOff.after(success));
                },
                first.toMillis(),
                TimeUnit.MILLISECONDS);
    }
}
