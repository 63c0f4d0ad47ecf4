package tempo.tempodb.wal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;

/** A log whose threads' steps are taken by the test, over a simulated disk and a clock that the test moves. */
final class TestLog {
    static final WalConfig SMALL = new WalConfig(64 << 10, 1 << 20, 0, 16 << 10, 256 << 10, Duration.ofSeconds(15));

    final SimulatedDisk disk;
    final Recovered found = new Recovered();
    final WalCore core;
    private final long[] nanos;

    TestLog(SimulatedDisk disk) throws IOException {
        this(disk, SMALL, new long[1]);
    }

    TestLog(SimulatedDisk disk, WalConfig config, long[] nanos) throws IOException {
        this.disk = disk;
        this.nanos = nanos;
        Random salts = new Random(disk.random.nextLong());
        this.core = WalCore.open(disk, config, () -> nanos[0], salts::nextLong, WalListener.NONE, found);
    }

    void advance(Duration time) {
        nanos[0] += time.toNanos();
    }

    /** Queues a record without a step. */
    TestAppend queue(String text) {
        return queue("tenant", text, 1);
    }

    TestAppend queue(String tenant, String text, int units) {
        TestAppend append = new TestAppend(tenant, text, units);
        core.append(append);
        return append;
    }

    /** Takes steps until nothing is queued. */
    void settle() {
        while (true) {
            core.store.step();
            if (core.committer.step() == Committer.Outcome.IDLE) {
                core.store.step();
                return;
            }
        }
    }

    /** A record in a commit of its own. */
    TestAppend append(String text) {
        TestAppend append = queue(text);
        settle();
        return append;
    }

    /** A record of another's log in a commit of its own. */
    TestAppend guest(String text) {
        TestAppend append = new TestAppend("tenant", text, 1, true);
        core.append(append);
        settle();
        return append;
    }

    void seal() {
        core.committer.requestSeal();
        settle();
    }

    void close() {
        core.committer.close();
        settle();
        core.committer.seal();
        core.store.close();
    }

    String read(long position) throws IOException {
        return StandardCharsets.ISO_8859_1
                .decode(new WalReader(core.store).read(position))
                .toString();
    }

    String fileOf(long position) {
        Segment segment = core.store.find(WalPosition.epoch(position));
        return segment == null ? "" : segment.name;
    }
}
