package tempo.cli.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.typesafe.config.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tempo.span.TraceKey;
import tempo.tempodb.PutBatch;
import tempo.tempodb.Retention;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.ObjectStore;
import tempo.tempodb.backend.local.LocalObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.spans.RandomOtlp;

/** The tool in this JVM, over directories only, and stores for it to look into. */
final class Cli {
    private Cli() {}

    /** What a run left behind. */
    record Outcome(int exitCode, String out, String err) {
        /** As a failure that is foreseen has to be: an exit code, and one line that says why. */
        Outcome failsWith(int expected, String sentence) {
            assertEquals(expected, exitCode, err);
            assertEquals("", out);
            assertEquals(sentence, err.lines().findFirst().orElse(""));
            assertFalse(err.contains("\tat "), err);
            return this;
        }

        Outcome succeeds() {
            assertEquals("", err);
            assertEquals(0, exitCode, out);
            return this;
        }
    }

    private record Directories() implements Stores {
        @Override
        public Opened open(Config config) throws IOException {
            Path directory = Path.of(config.getString("tempo.store.local.directory"));
            return new Opened(LocalObjectStore.openExisting(directory), "directory " + directory, Retention.FOREVER);
        }
    }

    static Outcome run(String... arguments) {
        return run(new Directories(), Map.of(), arguments);
    }

    static Outcome run(Stores stores, Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = StorageCommand.execute(
                stores,
                environment,
                InstantSource.system(),
                new PrintWriter(out),
                new PrintWriter(err, true),
                arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    static List<TraceKey> write(Path directory, String tenant, int traces) throws IOException {
        return write(LocalObjectStore.open(directory), tenant, traces);
    }

    /** Writes a block of so many traces of 20 spans, and closes the store; returns their keys, rising. */
    static List<TraceKey> write(ObjectStore store, String tenant, int traces) throws IOException {
        Random random = new Random(7);
        List<TraceKey> keys = random.longs(traces)
                .mapToObj(high -> new TraceKey(high, high * 31))
                .sorted()
                .toList();
        try (TempoDb db = TempoDb.open(store, TempoDbConfig.DEFAULT, InstantSource.system())) {
            PutBatch batch = db.batch(tenant, BlockContent.SPANS);
            for (TraceKey key : keys) {
                batch.put(key, new RandomOtlp(random, false, key).entry(20));
            }
            batch.commit();
        }
        return keys;
    }
}
