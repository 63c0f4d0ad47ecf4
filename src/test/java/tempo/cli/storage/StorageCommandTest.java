package tempo.cli.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tempo.span.TraceKey;

final class StorageCommandTest {
    private static final String TENANT = "single-tenant";
    private static final int TRACES = 12;
    private static final int SPANS = TRACES * 20;

    private Path directory;

    @BeforeEach
    void makeDirectory(@TempDir Path temporary) throws IOException {
        directory = Files.createDirectory(temporary.resolve("store"));
    }

    private Cli.Outcome cli(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-path", directory.toString()));
        all.addAll(List.of(arguments));
        return Cli.run(all.toArray(new String[0]));
    }

    private String onlyBlock() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            String name = files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".tp"))
                    .findFirst()
                    .orElseThrow();
            return name.substring(0, name.indexOf('.'));
        }
    }

    private static Map<String, byte[]> content(Path directory) throws IOException {
        Map<String, byte[]> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                content.put(directory.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return content;
    }

    @Test
    void withoutACommandTheHeadersOfAllBlocksOfTheTenantAreShown() throws IOException {
        Cli.write(directory, "team-a", TRACES);
        Cli.write(directory, "team-a", TRACES);
        Cli.write(directory, TENANT, TRACES);
        String block = onlyBlock();
        Cli.Outcome outcome = cli("-tenant-id", "team-a").succeeds();
        List<String> lines = outcome.out().lines().toList();
        assertEquals(3, lines.size(), outcome.out());
        assertTrue(lines.get(0).startsWith("BLOCK "), outcome.out());
        assertTrue(lines.get(1).matches("[0-9a-f-]{36} +0  spans .* 12 +240 .*"), outcome.out());
        assertNotEquals("", block);
    }

    @Test
    void jsonHasTheHeadersForPrograms() throws IOException {
        List<TraceKey> keys = Cli.write(directory, TENANT, TRACES);
        String json = cli("--output", "json").succeeds().out();
        Config block = ConfigFactory.parseString("blocks = " + json)
                .getConfigList("blocks")
                .get(0);
        assertEquals(onlyBlock(), block.getString("blockId"));
        assertEquals(TRACES, block.getInt("traces"));
        assertEquals(SPANS, block.getInt("spans"));
        assertEquals(keys.get(0).toString(), block.getString("firstKey"));
    }

    /** A store that is looked into stays byte for byte as it was, and has no file more. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "list blocks --all",
                "list tenants",
                "list compaction-summary",
                "view BLOCK --templates --groups",
                "analyse",
                "analyse BLOCK --top 3",
                "find TRACE",
                "export",
                "verify",
                "repair BLOCK --dry-run",
                "delete TRACE --dry-run",
            })
    void lookingChangesNothing(String command) throws IOException {
        TraceKey key = Cli.write(directory, TENANT, TRACES).get(3);
        Map<String, byte[]> before = content(directory);
        String filled = command.replace("BLOCK", onlyBlock())
                .replace("TRACE", key.traceId().toHex());
        String out = cli(filled.split(" ")).succeeds().out();
        assertTrue(out.lines().count() >= 1, out);
        String json = cli((filled + " --output json").split(" ")).succeeds().out();
        assertNotEquals("", json);
        Map<String, byte[]> after = content(directory);
        assertEquals(before.keySet(), after.keySet());
        before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
    }

    @Test
    void aBlockIsViewedSectionBySectionAndColumnByColumn() throws IOException {
        Cli.write(directory, TENANT, TRACES);
        String json = cli("view", onlyBlock(), "--templates", "--groups", "--output", "json")
                .succeeds()
                .out();
        Config view = ConfigFactory.parseString(json);
        long data = view.getConfigList("header").get(0).getLong("dataBytes");
        long sections = view.getConfigList("sections").stream()
                .mapToLong(section -> section.getLong("bytes"))
                .sum();
        assertEquals(data, sections);
        Set<String> columns = new HashSet<>();
        view.getConfigList("columns")
                .forEach(column -> columns.add(column.getString("of") + " " + column.getString("column")));
        assertTrue(columns.containsAll(Set.of("group span ids", "group templates", "group keys")), columns.toString());
        assertEquals(SPANS, view.getConfigList("groups").get(0).getInt("spans"));
        assertEquals(
                view.getConfigList("segments").get(0).getInt("templates"),
                view.getConfigList("templates").size());
    }

    @Test
    void whatIsExportedAndImportedIsTheSame() throws IOException {
        Cli.write(directory, TENANT, TRACES);
        Path first = directory.resolveSibling("first.pb");
        Path second = directory.resolveSibling("second.pb");
        cli("export", "--format", "protobuf", "--out", first.toString()).succeeds();
        assertEquals(
                SPANS + " spans can be imported\n",
                cli("import", "--dry-run", first.toString()).succeeds().out());
        assertTrue(cli("--tenant", "restored", "import", first.toString())
                .succeeds()
                .out()
                .startsWith(SPANS + " spans are imported, in 1 blocks of "));
        cli("--tenant", "restored", "export", "--format", "protobuf", "--out", second.toString())
                .succeeds();
        assertArrayEquals(Files.readAllBytes(first), Files.readAllBytes(second));
        cli("--tenant", "restored", "verify").succeeds();
    }

    @Test
    void otlpJsonHasATraceInEachLineAndIsImportedAgain() throws IOException {
        List<TraceKey> keys = Cli.write(directory, TENANT, TRACES);
        Path file = directory.resolveSibling("traces.json");
        cli("export", "--out", file.toString()).succeeds();
        List<String> lines = Files.readAllLines(file);
        assertEquals(TRACES, lines.size());
        for (int i = 0; i < TRACES; i++) {
            assertTrue(
                    lines.get(i)
                            .contains("\"traceId\":\"" + keys.get(i).traceId().toHex() + "\""),
                    lines.get(i));
        }
        cli("--tenant", "restored", "import", file.toString()).succeeds();
        assertEquals(
                String.join("\n", lines) + "\n",
                cli("--tenant", "restored", "export").succeeds().out());
    }

    @Test
    void jaegersFormIsOneObjectWithAllTraces() throws IOException {
        Cli.write(directory, TENANT, TRACES);
        Config file = ConfigFactory.parseString(
                cli("export", "--format", "jaeger-json").succeeds().out());
        assertEquals(TRACES, file.getConfigList("data").size());
    }

    @Test
    void refusedSpansAreToldAndTheRestIsImported() throws IOException {
        Cli.write(directory, TENANT, 1);
        Path file = directory.resolveSibling("some.json");
        String span = "{\"traceId\":\"%s\",\"spanId\":\"00f067aa0ba902b7\",\"name\":\"a {\\\"b\\\"}\"}";
        Files.writeString(
                file,
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":["
                        + span.formatted("4bf92f3577b34da6a3ce929d0e0e4736")
                        + ","
                        + span.formatted("00")
                        + "]}]}]}",
                UTF_8);
        Cli.Outcome outcome = cli("--tenant", "b", "import", file.toString());
        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.out().startsWith("1 spans are imported, in 1 blocks of "), outcome.out());
        assertTrue(outcome.out().endsWith("; 1 were refused\n"), outcome.out());
        assertTrue(outcome.err().contains("1 spans were refused: trace id must be 16 bytes"), outcome.err());
        assertTrue(cli("--tenant", "b", "find", "4bf92f3577b34da6a3ce929d0e0e4736")
                .succeeds()
                .out()
                .contains("a {"));
    }

    @Test
    void aDeletedTraceIsNotFoundAnyMore() throws IOException {
        String trace = Cli.write(directory, TENANT, TRACES).get(2).traceId().toHex();
        cli("delete", trace)
                .failsWith(
                        2,
                        "tempo-cli: 1 trace would be deleted for good: add --yes if you mean it, or --dry-run to see what"
                                + " would be done");
        cli("find", trace).succeeds();
        assertEquals(
                "trace " + trace + ": 20 spans in blocks are deleted\n",
                cli("delete", trace, "--yes").succeeds().out());
        cli("find", trace)
                .failsWith(
                        1,
                        "tempo-cli: trace " + trace
                                + " is in none of the 1 blocks of tenant single-tenant in directory " + directory
                                + ": it was deleted");
    }

    @Test
    void aTenantIsCopiedWithWhatIsDeletedAndGoneOnWith() throws IOException {
        List<TraceKey> keys = Cli.write(directory, TENANT, TRACES);
        cli("delete", keys.get(0).traceId().toHex(), "--yes").succeeds();
        Path other = directory.resolveSibling("other");
        String would = cli("copy", "--to-path", other.toString(), "--dry-run")
                .succeeds()
                .out();
        assertTrue(would.startsWith("1 of 1 blocks, "), would);
        assertTrue(Files.notExists(other));
        cli("copy", "--to-path", other.toString(), "--yes").succeeds();
        assertTrue(cli("copy", "--to-path", other.toString(), "--yes")
                .succeeds()
                .out()
                .startsWith("0 of 1 blocks, "));
        Cli.run("-path", other.toString(), "verify").succeeds();
        assertEquals(
                cli("export").succeeds().out(),
                Cli.run("-path", other.toString(), "export").succeeds().out());
        assertEquals(
                1,
                Cli.run("-path", other.toString(), "find", keys.get(0).traceId().toHex())
                        .exitCode());
    }

    @Test
    void aDamagedBlockIsNamedAndWhatIsWholeOfItIsSaved() throws IOException {
        Cli.write(directory, TENANT, 400);
        String block = onlyBlock();
        Path file;
        try (Stream<Path> files = Files.walk(directory)) {
            file = files.filter(each -> each.endsWith(block + ".tp"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[600] ^= 1;
        Files.write(file, bytes);
        Cli.Outcome damaged = cli("verify");
        assertEquals(1, damaged.exitCode());
        assertTrue(damaged.out().contains("damaged"), damaged.out());
        assertTrue(damaged.err().startsWith("tempo-cli: block " + block + ": "), damaged.err());
        assertTrue(cli("view", block).exitCode() == 1);
        assertTrue(cli("repair", block, "--dry-run").succeeds().out().contains("groups that are lost: [0]"));
        String repaired = cli("repair", block, "--yes").succeeds().out();
        assertTrue(repaired.contains(" replaces it"), repaired);
        cli("verify").succeeds();
        assertTrue(cli("list", "blocks", "--all").succeeds().out().contains("quarantine"));
    }

    @Test
    void failuresThatAreForeseenAreOneLine() throws IOException {
        cli().failsWith(1, "tempo-cli: directory " + directory + " is empty: no node has stored anything in it");
        Cli.write(directory, "team-a", 1);
        cli().failsWith(
                        1,
                        "tempo-cli: tenant single-tenant has no blocks in directory " + directory
                                + ", but there are: team-a");
        cli("find", "xyz").failsWith(2, "tempo-cli: trace id must be 1 to 32 hexadecimal digits but is 'xyz'");
        cli("--tenant", "team-a", "view", "3f2504e0-4f89-11d3-9a0c-0305e82c3301")
                .failsWith(
                        1,
                        "tempo-cli: tenant team-a has no block 3f2504e0-4f89-11d3-9a0c-0305e82c3301 in directory "
                                + directory);
        cli("view", "seven")
                .failsWith(
                        2,
                        "tempo-cli: Invalid value for positional parameter at index 0 (BLOCK): 'seven' is no block's id");
        cli("import", "nowhere.json").failsWith(1, "tempo-cli: there is no file nowhere.json");
        String drawing = directory.resolveSibling("drawing").toString();
        cli("export", "--format", "waterfall", "--out", drawing)
                .failsWith(
                        2, "tempo-cli: what form shall the file have? add --format otlp-json, jaeger-json or protobuf");
        assertTrue(Files.notExists(Path.of(drawing)));
        cli("list").failsWith(2, "tempo-cli: what is to be listed? blocks, tenants or compaction-summary");
        Cli.run("-path", directory.resolve("none").toString(), "list", "tenants")
                .failsWith(1, "tempo-cli: there is no directory " + directory.resolve("none"));
        Cli.run()
                .failsWith(
                        2,
                        "tempo-cli: no store is named: -path DIR, -gcs-bucket BUCKET, -s3-bucket BUCKET, or -c FILE of a"
                                + " node");
        Cli.run("-path", "a", "-gcs-bucket", "b")
                .failsWith(2, "tempo-cli: one store is wanted, but there are [-path, -gcs-bucket]");
        Cli.run("query", "trace", "1", "--server", "http://127.0.0.1:1")
                .failsWith(1, "tempo-cli: nothing listens at http://127.0.0.1:1");
    }

    @Test
    void filesThatAreNoOtlpAreNamedWithThePlace() throws IOException {
        Cli.write(directory, TENANT, 1);
        Path file = directory.resolveSibling("wrong");
        Files.writeString(file, "hello\n");
        Cli.Outcome text = cli("import", file.toString());
        assertEquals(1, text.exitCode());
        assertTrue(text.err().startsWith("tempo-cli: " + file + " is no OTLP: "), text.err());
        Files.write(file, new byte[] {0x0a, 5, 1});
        cli("import", file.toString())
                .failsWith(1, "tempo-cli: " + file + " is no OTLP: file ends within the ResourceSpans at byte 0");
    }

    @Test
    void shellsGetTheirCompletion() {
        String script = Cli.run("completion").succeeds().out();
        assertTrue(script.contains("complete -F _complete_tempo-cli"), script.substring(0, 200));
    }
}
