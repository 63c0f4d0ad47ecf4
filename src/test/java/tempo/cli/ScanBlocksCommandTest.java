package tempo.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tempo.config.EffectiveConfig.Setting;
import tempo.span.TraceKey;
import tempo.tempodb.BlockBuilder;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.local.LocalObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.spans.RandomOtlp;

final class ScanBlocksCommandTest {
    private static final int TRACES = 30;
    private static final int SPANS_EACH = 20;

    /** The command needs no server. */
    private record NoServer() implements Server {
        @Override
        public Prepared prepare(Config config) {
            throw new AssertionError("no server is wanted");
        }

        @Override
        public List<Setting> settings(Config config) {
            return List.of();
        }
    }

    private record Outcome(int exitCode, String out, String err) {}

    @TempDir
    Path directory;

    private static Outcome scanBlocks(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] all = new String[arguments.length + 1];
        all[0] = "scan-blocks";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        int exitCode = TempoCommand.execute(new NoServer(), Map.of(), new PrintWriter(out), new PrintWriter(err), all);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    private void writeBlock(String tenant) throws IOException {
        Random random = new Random(1);
        try (TempoDb db =
                        TempoDb.open(LocalObjectStore.open(directory), TempoDbConfig.DEFAULT, InstantSource.system());
                BlockBuilder block = db.newBlock(tenant, BlockContent.SPANS)) {
            for (int i = 0; i < TRACES; i++) {
                TraceKey key = new TraceKey(i, random.nextLong());
                byte[] value = new RandomOtlp(random, false, key).entry(SPANS_EACH);
                block.add(key, ByteBuffer.wrap(value), SPANS_EACH, 1_700_000_000L, 1_700_000_001L);
            }
            block.commit();
        }
    }

    @Test
    void eachQuestionHasALineWithItsResults() throws IOException {
        writeBlock("single-tenant");
        Outcome outcome = scanBlocks(directory.toString(), "--repeat", "2");
        assertEquals("", outcome.err());
        assertEquals(0, outcome.exitCode());
        List<String> lines = outcome.out().lines().toList();
        assertTrue(lines.get(0).startsWith("1 blocks, 600 spans, "), outcome.out());
        assertTrue(lines.get(2).startsWith("question "), outcome.out());
        assertEquals(3 + 14, lines.size(), outcome.out());
        assertTrue(outcome.out().matches("(?s).*any span, newest 20 +20 +1 .*"), outcome.out());
        assertTrue(outcome.out().matches("(?s).*a user that is not there +0 +0 .*"), outcome.out());
    }

    @Test
    void onlyTheWantedQuestionIsAsked() throws IOException {
        writeBlock("other");
        Outcome outcome =
                scanBlocks(directory.toString(), "--tenant", "other", "--repeat", "2", "--only", "any span, newest 20");
        assertEquals(0, outcome.exitCode());
        assertEquals(4, outcome.out().lines().count(), outcome.out());
    }

    @Test
    void missingDirectoryReturnsOneAndSaysSo() {
        Path missing = directory.resolve("nowhere");
        assertEquals(
                new Outcome(1, "", "tempo: there is no directory " + missing + "\n"), scanBlocks(missing.toString()));
    }

    @Test
    void aTenantWithoutBlocksReturnsOneAndSaysSo() throws IOException {
        writeBlock("other");
        assertEquals(
                new Outcome(
                        1, "", "tempo: there are no blocks of spans of tenant single-tenant in " + directory + "\n"),
                scanBlocks(directory.toString()));
    }
}
