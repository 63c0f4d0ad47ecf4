package tempo.cli.storage;

import com.typesafe.config.Config;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import tempo.cli.Failures;
import tempo.cli.StartException;
import tempo.cli.Table;
import tempo.cli.Version;

/** The program tempo-cli: what it does without a command, and what each kind of failure prints and returns. */
@Command(
        name = "tempo-cli",
        description = {
            "Looks into a store of traces without a server: lists, views and analyses blocks, finds, exports and verifies traces.",
            "Without a command it shows what the header of each block of a tenant says.",
            "Nothing is written unless a command says so in its first line."
        },
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "[COMMAND]",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, and all is well",
            "1:the store, the server or a file failed, something is damaged, or what was asked for is not there",
            "2:the command line or the configuration is wrong"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo-cli -gcs-bucket traces -tenant-id single-tenant",
            "  tempo-cli -path ./tempo-data/blocks list compaction-summary",
            "  tempo-cli -s3-bucket traces --s3-region eu-central-1 find 5b8efff798038103d269b633813fc60c",
            "  tempo-cli -c node.conf verify",
            "  tempo-cli -path ./blocks export --format otlp-json --out traces.json",
            "  tempo-cli query trace 5b8efff798038103d269b633813fc60c --server http://tempo:3200",
        })
public final class StorageCommand implements Callable<Integer> {
    private final Stores stores;
    private final Map<String, String> environment;
    private final InstantSource clock;

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            description = "table, for people, or json, for programs (${DEFAULT-VALUE}).")
    private Table.Output output = Table.Output.TABLE;

    @Option(
            names = "--progress",
            negatable = true,
            scope = ScopeType.INHERIT,
            description = "Show how far long work is; by default on a terminal.")
    private @Nullable Boolean progress;

    @Option(
            names = {"-block-id", "--block-id"},
            paramLabel = "BLOCK",
            description = "Only this block.")
    private @Nullable UUID block;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    private StorageCommand(Stores stores, Map<String, String> environment, InstantSource clock) {
        this.stores = stores;
        this.environment = environment;
        this.clock = clock;
    }

    /**
     * Runs one command to its end.
     *
     * @param environment as of {@link System#getenv()}
     * @return the exit code: 0 done and well, 1 failed, damaged or not there, 2 wrong command line or configuration
     */
    public static int execute(
            Stores stores,
            Map<String, String> environment,
            InstantSource clock,
            PrintWriter out,
            PrintWriter err,
            String... arguments) {
        return commandLine(stores, environment, clock).setOut(out).setErr(err).execute(arguments);
    }

    private static CommandLine commandLine(Stores stores, Map<String, String> environment, InstantSource clock) {
        StorageCommand root = new StorageCommand(stores, environment, clock);
        CommandLine commandLine = new CommandLine(root)
                .addSubcommand(new CommandLine(new ListCommand())
                        .addSubcommand(new ListBlocksCommand(root))
                        .addSubcommand(new ListTenantsCommand(root))
                        .addSubcommand(new ListSummaryCommand(root)))
                .addSubcommand(new ViewCommand(root))
                .addSubcommand(new AnalyseCommand(root))
                .addSubcommand(new FindCommand(root))
                .addSubcommand(new ExportCommand(root))
                .addSubcommand(new VerifyCommand(root))
                .addSubcommand(new ImportCommand(root))
                .addSubcommand(new RepairCommand(root))
                .addSubcommand(new DeleteCommand(root))
                .addSubcommand(new CopyCommand(root))
                .addSubcommand(new CommandLine(new QueryCommand())
                        .addSubcommand(new QueryTraceCommand(root))
                        .addSubcommand(new QuerySearchCommand(root))
                        .addSubcommand(new QueryNamesCommand(root)))
                .addSubcommand(new CompletionCommand())
                .addSubcommand(new CommandLine.HelpCommand());
        return commandLine
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(UUID.class, StorageCommand::blockId)
                .setExecutionExceptionHandler(
                        (failure, command, parsed) -> Failures.report("tempo-cli", failure, command.getErr()))
                .setParameterExceptionHandler((failure, given) -> Failures.misused("tempo-cli", failure));
    }

    private static UUID blockId(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' is no block's id");
        }
    }

    @Override
    public Integer call() throws IOException, StartException {
        try (OpenStore open = open()) {
            Table table = BlockTable.headers(open.select(Optional.ofNullable(block)));
            table.print(out(), output);
        }
        return ExitCode.OK;
    }

    /** Opens the store that the options name, to be read only. */
    OpenStore open() throws IOException, StartException {
        return OpenStore.open(opened(), store.tenant(), clock, false);
    }

    /** Opens the store that the options name, to be changed. */
    OpenStore openToWrite() throws IOException, StartException {
        return OpenStore.open(opened(), store.tenant(), clock, true);
    }

    private Stores.Opened opened() throws IOException {
        return stores.open(store.load(environment, spec.commandLine()));
    }

    /** Opens another store. */
    Stores.Opened open(Config config) throws IOException {
        return stores.open(config);
    }

    Map<String, String> environment() {
        return environment;
    }

    String tenant() {
        return store.tenant();
    }

    Table.Output output() {
        return output;
    }

    InstantSource clock() {
        return clock;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Tells what was done: people in a sentence, programs in a table. */
    void tell(String sentence, Table table) throws IOException {
        if (output == Table.Output.JSON) {
            table.print(out(), output);
        } else {
            out().println(sentence);
            out().flush();
        }
    }

    /** Shows how far work is, on a terminal or if it is asked for. */
    Progress progress(String what, long total) {
        Boolean asked = progress;
        boolean shown = asked == null ? System.console() != null : asked;
        return new Progress(what, total, shown ? err() : null, clock);
    }

    /** The user has to have said that it is meant. */
    void require(boolean yes, String what) {
        if (!yes) {
            throw new ParameterException(
                    spec.commandLine(), what + ": add --yes if you mean it, or --dry-run to see what would be done");
        }
    }

    /** Prints a script by which shells complete commands and options. */
    @Command(
            name = "completion",
            description = "Print a script for bash and zsh that completes commands and options.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExample:%n",
            footer = "  source <(tempo-cli completion)")
    static final class CompletionCommand implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it before call
        private CommandSpec spec;

        @Override
        public Integer call() {
            CommandLine root = spec.root().commandLine();
            PrintWriter out = spec.commandLine().getOut();
            out.print(AutoComplete.bash(root.getCommandName(), root));
            out.flush();
            return ExitCode.OK;
        }
    }
}
