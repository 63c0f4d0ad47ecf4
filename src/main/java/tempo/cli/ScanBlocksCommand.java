package tempo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tempo.tempodb.TempoDb;
import tempo.tempodb.TempoDbConfig;
import tempo.tempodb.backend.local.LocalObjectStore;
import tempo.tempodb.block.BlockContent;
import tempo.tempodb.block.BlockMeta;
import tempo.tempodb.block.SpanColumns;
import tempo.tempodb.scan.DamageListener;
import tempo.tempodb.scan.RegularExpression;
import tempo.tempodb.scan.SpanCounts;
import tempo.tempodb.scan.SpanFilter;
import tempo.tempodb.scan.Spanset;
import tempo.tempodb.scan.TraceSearch;
import tempo.tempodb.spans.SpanField;
import tempo.tempodb.spans.ValueTest;

/** Measures what searches and counts over the blocks in a directory cost: the same questions that the load generator asks others. */
@Command(
        name = "scan-blocks",
        description = "Measure searches and counts over the blocks in a directory, by the column reader.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading =
                "%nThe questions are about the load generator's shop (tools/bench/loadgen). CPU is that of the thread, the median "
                        + "of the repetitions.%n")
final class ScanBlocksCommand implements Callable<Integer> {
    private static final int FOUND_MAX = 20;
    private static final int MINUTE_STEPS = 4;

    @Parameters(paramLabel = "DIR", description = "the store: a directory with blocks of one or more tenants")
    private Path directory = Path.of(".");

    @Option(names = "--tenant", paramLabel = "NAME", description = "whose blocks (default: ${DEFAULT-VALUE})")
    private String tenant = "single-tenant";

    @Option(
            names = "--user",
            paramLabel = "ID",
            description = "a value of user.id that is there once or so (default: ${DEFAULT-VALUE})")
    private String user = "u-0088859";

    @Option(
            names = "--repeat",
            paramLabel = "N",
            description = "how often each question is asked; the first half warms up (default: ${DEFAULT-VALUE})")
    private int repeat = 40;

    @Option(names = "--only", paramLabel = "TEXT", description = "only the questions whose name holds this text")
    private String only = "";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    /** A question: returns how many results there are, and how many groups were read. */
    @FunctionalInterface
    private interface Question {
        long[] ask(List<SpanColumns> blocks) throws IOException;
    }

    @Override
    public Integer call() throws Exception {
        if (!Files.isDirectory(directory)) {
            throw new StartException("there is no directory " + directory);
        }
        if (repeat < 2) {
            throw new StartException("--repeat must be at least 2");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (TempoDb db =
                TempoDb.open(LocalObjectStore.open(directory), TempoDbConfig.DEFAULT, InstantSource.system())) {
            List<BlockMeta> metas = new ArrayList<>(db.blocks(tenant).visible());
            metas.removeIf(meta -> meta.spec().content() != BlockContent.SPANS);
            if (metas.isEmpty()) {
                throw new StartException("there are no blocks of spans of tenant " + tenant + " in " + directory);
            }
            List<SpanColumns> blocks = db.columns(tenant);
            long spans = 0;
            long bytes = 0;
            for (BlockMeta meta : metas) {
                spans += meta.summary().spans();
                bytes += meta.summary().dataBytes();
            }
            out.printf(
                    Locale.ROOT,
                    "%d blocks, %,d spans, %.2f bytes a span%n%n",
                    blocks.size(),
                    spans,
                    (double) bytes / spans);
            out.printf(
                    Locale.ROOT,
                    "%-44s %8s %8s %9s %9s %9s%n",
                    "question",
                    "results",
                    "groups",
                    "first ms",
                    "CPU ms",
                    "most ms");
            askAll(metas, blocks, out);
        }
        return ExitCode.OK;
    }

    private void askAll(List<BlockMeta> metas, List<SpanColumns> blocks, PrintWriter out) throws IOException {
        SpanFilter checkout = text(SpanField.resource("service.name"), "checkout");
        SpanFilter error = SpanFilter.where(SpanField.STATUS_CODE, ValueTest.between(2, 2));
        SpanFilter failed = SpanFilter.where(
                SpanField.attribute("http.response.status_code"), ValueTest.between(500, Long.MAX_VALUE));
        SpanFilter ofUser = text(SpanField.attribute("user.id"), user);
        SpanFilter nobody = text(SpanField.attribute("user.id"), "nobody");
        SpanFilter query = SpanFilter.where(
                SpanField.attribute("db.query.text"),
                RegularExpression.matching(".*FROM payments WHERE order_id = 499.*"));
        SpanFilter frontend = text(SpanField.resource("service.name"), "frontend");
        SpanFilter slowQuery = SpanFilter.and(
                text(SpanField.attribute("db.system"), "postgresql"),
                SpanFilter.where(SpanField.DURATION, ValueTest.between(100_000_001, Long.MAX_VALUE)));
        SpanFilter redis = text(SpanField.attribute("db.system"), "redis");
        SpanFilter server = SpanFilter.where(SpanField.KIND, ValueTest.between(2, 2));
        ask("status code 500 and above, any 20", any(failed), blocks, out);
        ask("status code 500 and above, newest 20", newest(failed), blocks, out);
        ask("service and error, any 20", any(SpanFilter.and(checkout, error)), blocks, out);
        ask("service and error, newest 20", newest(SpanFilter.and(checkout, error)), blocks, out);
        ask("longer than 2 s, any 20", any(longer(2_000_000_000L)), blocks, out);
        ask("any span, newest 20", newest(SpanFilter.ALL), blocks, out);
        ask("one user", any(ofUser), blocks, out);
        ask("a user that is not there", any(nobody), blocks, out);
        ask("regular expression on query texts", any(query), blocks, out);
        ask(
                "slow query anywhere below the frontend",
                all -> search(all, Spanset.of(frontend).related(Spanset.Relation.DESCENDANT, Spanset.of(slowQuery)), 0),
                blocks,
                out);
        ask(
                "the same, in all traces",
                all -> search(all, Spanset.of(frontend).related(Spanset.Relation.DESCENDANT, Spanset.of(slowQuery)), 1),
                blocks,
                out);
        ask("traces with over 40 calls of redis", all -> search(all, Spanset.of(redis), 41), blocks, out);
        long oldest = metas.stream()
                .mapToLong(meta -> meta.summary().startMin())
                .min()
                .orElse(0);
        long newest = metas.stream()
                .mapToLong(meta -> meta.summary().startMax())
                .max()
                .orElse(0);
        ask("spans by service and minute", all -> overTime(all, oldest, newest), blocks, out);
        ask("durations of server spans by route", all -> byDuration(all, server), blocks, out);
    }

    private static SpanFilter text(SpanField field, String value) {
        return SpanFilter.where(field, ValueTest.equalTo(value.getBytes(UTF_8)));
    }

    private static SpanFilter longer(long nanos) {
        return SpanFilter.where(SpanField.DURATION, ValueTest.between(nanos + 1, Long.MAX_VALUE));
    }

    private static Question any(SpanFilter filter) {
        return blocks -> search(blocks, Spanset.of(filter), 0);
    }

    private static Question newest(SpanFilter filter) {
        return blocks -> {
            TraceSearch search = new TraceSearch(blocks, Spanset.of(filter), DamageListener.FAIL);
            int found = search.newest(FOUND_MAX).size();
            return new long[] {found, search.groupsRead()};
        };
    }

    /** Any traces if {@code atLeast} is 0, else all with so many spans. */
    private static long[] search(List<SpanColumns> blocks, Spanset spanset, int atLeast) throws IOException {
        TraceSearch search = new TraceSearch(blocks, spanset, DamageListener.FAIL);
        int found = atLeast == 0
                ? search.any(FOUND_MAX).size()
                : search.atLeast(atLeast, Integer.MAX_VALUE).size();
        return new long[] {found, search.groupsRead()};
    }

    private static long[] overTime(List<SpanColumns> blocks, long oldest, long newest) throws IOException {
        long first = oldest / SpanCounts.STEP_NANOS / MINUTE_STEPS * MINUTE_STEPS;
        int buckets = (int) ((newest / SpanCounts.STEP_NANOS - first) / MINUTE_STEPS) + 1;
        SpanCounts counts = SpanCounts.overTime(
                SpanFilter.ALL, SpanField.resource("service.name"), first, MINUTE_STEPS, buckets, DamageListener.FAIL);
        for (SpanColumns block : blocks) {
            counts.add(block);
        }
        return new long[] {counts.counts().size(), counts.groupsRead()};
    }

    private static long[] byDuration(List<SpanColumns> blocks, SpanFilter filter) throws IOException {
        SpanCounts counts = SpanCounts.byDuration(filter, SpanField.attribute("http.route"), DamageListener.FAIL);
        for (SpanColumns block : blocks) {
            counts.add(block);
        }
        return new long[] {counts.counts().size(), counts.groupsRead()};
    }

    private void ask(String name, Question question, List<SpanColumns> blocks, PrintWriter out) throws IOException {
        if (!name.contains(only)) {
            return;
        }
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long[] nanos = new long[repeat];
        long[] result = {};
        for (int i = 0; i < repeat; i++) {
            long before = threads.getCurrentThreadCpuTime();
            result = question.ask(blocks);
            nanos[i] = threads.getCurrentThreadCpuTime() - before;
        }
        long first = nanos[0];
        long[] warm = Arrays.copyOfRange(nanos, repeat / 2, repeat);
        Arrays.sort(warm);
        out.printf(
                Locale.ROOT,
                "%-44s %8d %8d %9.2f %9.2f %9.2f%n",
                name,
                result[0],
                result[1],
                first / 1e6,
                warm[warm.length / 2] / 1e6,
                warm[warm.length - 1] / 1e6);
        out.flush();
    }
}
