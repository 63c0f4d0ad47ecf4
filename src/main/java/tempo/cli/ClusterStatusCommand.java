package tempo.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows how a cluster stands. */
@Command(
        name = "status",
        description = {
            "Show the members of a cluster, what they do and what they hold, as any of them tells it.",
            "Exit code 1 if a member cannot be reached or spans of a node that is gone are owed."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo cluster status",
            "  tempo cluster status --api http://tempo.example:3200 --output json",
        })
final class ClusterStatusCommand implements Callable<Integer> {
    private static final List<String> HEADINGS = List.of(
            "NODE",
            "STATUS",
            "ROLES",
            "UP",
            "RANGES",
            "LIVE",
            "HEAD",
            "HEAD BYTES",
            "LOG",
            "QUEUED",
            "COPIES HELD",
            "BLOCKS");

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Option(names = "--output", paramLabel = "FORMAT", defaultValue = "table", description = "table or json.")
    private Table.Output output = Table.Output.TABLE;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        String json = api.client().get("/status/cluster");
        Config cluster =
                ConfigFactory.parseString(json, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
        PrintWriter out = spec.commandLine().getOut();
        if (output == Table.Output.JSON) {
            out.print(json);
        } else {
            table(cluster, out);
        }
        out.flush();
        boolean well = cluster.getStringList("owedLogs").isEmpty()
                && cluster.getConfigList("members").stream()
                        .allMatch(member -> member.getBoolean("reachable") && member.hasPath("report"));
        return well ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static void table(Config cluster, PrintWriter out) throws IOException {
        Table table = new Table(HEADINGS.stream()
                .map(heading -> Table.column(heading, heading, Table.Kind.TEXT))
                .toArray(Table.Column[]::new));
        for (Config member : cluster.getConfigList("members")) {
            table.add(row(member).toArray());
        }
        table.print(out, Table.Output.TABLE);
        for (String log : cluster.getStringList("owedLogs")) {
            out.println("owed: " + log + " is gone, and spans of it may be in no block yet: answers are partial");
        }
    }

    private static List<String> row(Config member) {
        List<String> row = new ArrayList<>();
        row.add(member.getString("node"));
        row.add(member.getString("status") + (member.getBoolean("reachable") ? "" : ", unreachable"));
        List<String> roles = new ArrayList<>(member.getStringList("roles"));
        roles.removeIf(role -> role.startsWith("dc-"));
        row.add(String.join(",", roles));
        if (!member.hasPath("report")) {
            while (row.size() < HEADINGS.size()) {
                row.add("?");
            }
            return row;
        }
        Config report = member.getConfig("report");
        row.add(Duration.ofSeconds(report.getLong("uptimeSeconds"))
                .toString()
                .substring(2)
                .toLowerCase(Locale.ROOT));
        if (report.hasPath("ranges")) {
            row.add(Integer.toString(report.getList("ranges").size()));
            row.add(Long.toString(report.getLong("liveTraces")));
            row.add(Long.toString(report.getLong("headTraces")));
            row.add(bytes(report.getLong("headBytes")));
            row.add(report.getLong("wal.floor") + "+" + report.getLong("wal.outstanding"));
            row.add(bytes(report.getLong("wal.queuedBytes")));
            row.add(Long.toString(report.getLong("copiesHeld")));
        } else {
            row.addAll(List.of("-", "-", "-", "-", "-", "-", "-"));
        }
        row.add(Long.toString(report.getLong("blocks")));
        return row;
    }

    private static String bytes(long bytes) {
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
