package tempo.cli;

import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The program: its subcommands, and what each kind of failure prints and returns. */
@Command(
        name = "tempo",
        description = "A distributed-tracing backend: spans in, trace out.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed while running, for instance because a port is taken",
            "2:the command line or the configuration is wrong"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo quickstart                       a node with traces in it, to look around",
            "  tempo server --data /var/lib/tempo     a node",
            "  tempo server --config my.conf          a node with settings of its own",
            "  tempo cluster up 3                     three nodes on this machine",
            "  tempo config show --changed            what differs from the defaults",
            "",
            "The tools have a help of their own:",
            "  tempo cli --help                       looks into a store without a server",
            "  tempo vulture --help                   watches that traces are found, and whole",
            "  tempo query --help                     answers Jaeger beside the nodes",
        })
public final class TempoCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run
    private CommandSpec spec;

    private TempoCommand() {}

    /**
     * Runs one command to its end.
     *
     * @param environment as of {@link System#getenv()}
     * @return the exit code: 0 done, 1 failed while running, 2 wrong command line or configuration
     */
    public static int execute(
            Server server, Map<String, String> environment, PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine commandLine = new CommandLine(new TempoCommand())
                .addSubcommand(new ServerCommand(server, environment))
                .addSubcommand(new QuickstartCommand(server, environment))
                .addSubcommand(new CommandLine(new ClusterCommand())
                        .addSubcommand(new ClusterUpCommand())
                        .addSubcommand(new ClusterStatusCommand())
                        .addSubcommand(new ClusterWriteOffCommand()))
                .addSubcommand(new CommandLine(new ConfigCommand())
                        .addSubcommand(new ConfigCheckCommand(server, environment))
                        .addSubcommand(new ConfigShowCommand(server, environment)))
                .addSubcommand(new ScanBlocksCommand())
                .addSubcommand(new WarmupCommand(server))
                .setUsageHelpAutoWidth(true)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler(TempoCommand::report);
        return commandLine.execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int report(Exception failure, CommandLine command, ParseResult arguments) {
        return Failures.report("tempo", failure, command.getErr());
    }
}
