package tempo.tempodb.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random runs of a log over a disk that fails and loses power, checked against a model of what was acknowledged. */
final class WalSimulationTest {
    private static final int RUNS = Boolean.getBoolean("tempo.test.long") ? 50_000 : 2_000;

    @Test
    void keepsEveryAcknowledgedRecordThroughCrashesAtRandomMoments() throws IOException {
        for (long seed = 1; seed <= RUNS; seed++) {
            try {
                new Run(seed).play();
            } catch (AssertionError | RuntimeException | IOException e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        }
    }

    @Test
    void keepsEveryAcknowledgedRecordThroughACrashAtEveryOperation() throws IOException {
        for (long seed = 1; seed <= 3; seed++) {
            boolean crashed = true;
            for (long crashAt = 1; crashed; crashAt++) {
                for (int outcome = 0; outcome < 4; outcome++) {
                    SimulatedDisk disk = new SimulatedDisk(seed);
                    disk.operationsUntilCrash = crashAt;
                    Model model = new Model(new Random(seed));
                    TestLog log = new TestLog(disk);
                    for (int step = 0; step < 60 && !disk.crashed; step++) {
                        model.act(log);
                    }
                    model.collect(true);
                    model.check(new TestLog(disk.afterCrash(seed * 31 + crashAt * 7 + outcome)));
                    crashed = disk.crashed;
                }
            }
        }
    }

    /** One seed: several lives of a log, each ended by a crash or a clean shutdown. */
    private static final class Run {
        private final Random random;
        private final Model model;
        private SimulatedDisk disk;

        Run(long seed) {
            this.random = new Random(seed);
            this.model = new Model(random);
            this.disk = new SimulatedDisk(seed);
        }

        void play() throws IOException {
            for (int life = 0; life < 4; life++) {
                disk.operationsUntilCrash = random.nextInt(4) == 0 ? Long.MAX_VALUE : random.nextInt(120);
                TestLog log;
                try {
                    log = new TestLog(disk);
                } catch (IOException e) {
                    assertTrue(disk.crashed, () -> "opening failed: " + e);
                    disk = disk.afterCrash(random.nextLong());
                    continue;
                }
                model.check(log);
                for (int step = 0; step < 40 && !disk.crashed; step++) {
                    if (random.nextInt(40) == 0) {
                        disk.failForces = 1 + random.nextInt(2);
                    }
                    if (random.nextInt(40) == 0) {
                        disk.failWrites = 1 + random.nextInt(2);
                    }
                    model.act(log);
                }
                disk.failForces = 0;
                disk.failWrites = 0;
                boolean clean = !disk.crashed && random.nextBoolean();
                if (clean) {
                    log.close();
                }
                model.collect(!clean || disk.crashed);
                disk = random.nextInt(3) == 0 ? disk.afterKill(random.nextLong()) : disk.afterCrash(random.nextLong());
            }
            model.check(new TestLog(disk));
        }
    }

    /** What was appended, and what must, may and must not be found again. */
    private static final class Model {
        private final Random random;
        private final Map<String, TestAppend> appended = new HashMap<>();
        private final List<TestAppend> open = new ArrayList<>();
        /** Acknowledged and not released, in the order of commits. */
        private final Map<String, Long> mustBeFound = new LinkedHashMap<>();

        private int number;

        Model(Random random) {
            this.random = random;
        }

        void act(TestLog log) throws IOException {
            int choice = random.nextInt(20);
            if (choice < 8) {
                for (int i = random.nextInt(5); i >= 0; i--) {
                    TestAppend append = log.queue("tenant" + random.nextInt(3), text(), 1);
                    appended.put(append.text, append);
                    open.add(append);
                }
            } else if (choice < 12) {
                log.core.committer.step();
            } else if (choice < 15) {
                log.core.store.step();
            } else if (choice < 17) {
                release(log);
            } else if (choice == 17) {
                log.core.committer.requestSeal();
            } else if (choice == 18) {
                log.advance(Duration.ofMillis(random.nextInt(20_000)));
            } else {
                readSome(log);
            }
            collect(false);
        }

        private String text() {
            int length = random.nextInt(30) == 0 ? random.nextInt(50_000) : random.nextInt(3_000);
            return number++ + ":" + "x".repeat(length);
        }

        private void release(TestLog log) {
            List<String> names = new ArrayList<>(mustBeFound.keySet());
            int count = random.nextBoolean() ? names.size() : random.nextInt(names.size() + 1);
            for (String name : names.subList(0, count)) {
                log.core.release(mustBeFound.remove(name), 1);
            }
        }

        private void readSome(TestLog log) throws IOException {
            for (Map.Entry<String, Long> entry : mustBeFound.entrySet()) {
                assertEquals(entry.getKey(), log.read(entry.getValue()));
            }
        }

        /** Moves what was answered; at the end of a life all others count as unanswered for good. */
        void collect(boolean over) {
            for (TestAppend append : List.copyOf(open)) {
                if (append.committedAt >= 0) {
                    mustBeFound.put(append.text, append.committedAt);
                }
                if (append.answered() || over) {
                    open.remove(append);
                }
            }
        }

        /** Compares with what a log found when it was opened, and goes on from that. */
        void check(TestLog log) throws IOException {
            Recovered found = log.found;
            Map<String, Long> positions = new LinkedHashMap<>();
            for (int i = 0; i < found.payloads.size(); i++) {
                String text = found.payloads.get(i);
                TestAppend append = appended.get(text);
                if (append == null) {
                    throw new AssertionError("found what was never appended: " + text);
                }
                assertEquals(append.tenant, found.tenants.get(i));
                assertEquals(null, positions.put(text, found.positions.get(i)), "found twice");
                assertEquals(text, log.read(found.positions.get(i)));
            }
            List<String> acknowledged = new ArrayList<>(positions.keySet());
            acknowledged.retainAll(mustBeFound.keySet());
            assertEquals(shorten(List.copyOf(mustBeFound.keySet())), shorten(acknowledged));
            assertEquals(List.of(), found.holes);
            if (log.disk.crashed) {
                // Nothing is promised of what was read and never acknowledged: it may not have been forced.
                mustBeFound.replaceAll((text, position) -> positions.getOrDefault(text, position));
                return;
            }
            assertEquals(List.of(), found.unreadable);
            mustBeFound.clear();
            mustBeFound.putAll(positions);
            if (!positions.isEmpty()) {
                long first = positions.values().iterator().next();
                assertThrows(IllegalStateException.class, () -> log.core.release(first, 1_000_000));
            }
        }

        private static List<String> shorten(List<String> texts) {
            return texts.stream()
                    .map(text -> text.substring(0, text.indexOf(':')))
                    .toList();
        }
    }
}
