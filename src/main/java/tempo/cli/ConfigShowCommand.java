package tempo.cli;

import com.typesafe.config.Config;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tempo.config.ConfigSources;
import tempo.config.EffectiveConfig.Setting;

/** Prints the settings in force, as lines that a configuration file accepts. */
@Command(
        name = "show",
        description = "Show each setting with its value and where that came from; secrets are hidden.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  tempo config show --config my.conf --changed",
            "  tempo config show --defaults",
        })
final class ConfigShowCommand implements Callable<Integer> {
    private final Server server;
    private final Map<String, String> environment;

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @ArgGroup
    private Selection selection = new Selection();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    static final class Selection {
        @Option(names = "--defaults", description = "The defaults, whatever file and environment say.")
        private boolean defaults;

        @Option(names = "--changed", description = "Only what differs from its default.")
        private boolean changed;
    }

    ConfigShowCommand(Server server, Map<String, String> environment) {
        this.server = server;
        this.environment = environment;
    }

    @Override
    public Integer call() {
        Config config = selection.defaults ? ConfigSources.defaults() : options.load(environment);
        server.prepare(config);
        PrintWriter out = spec.commandLine().getOut();
        for (Setting setting : server.settings(config)) {
            if (!selection.changed || setting.changed()) {
                out.println(setting.key() + " = " + setting.value() + "  # " + setting.origin());
            }
        }
        return ExitCode.OK;
    }
}
