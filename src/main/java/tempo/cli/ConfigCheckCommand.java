package tempo.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tempo.config.ConfigSources;

/** Says whether a file would be accepted. */
@Command(
        name = "check",
        description = {
            "Say whether a configuration file is good; start nothing.",
            "Variables of this environment are looked at too, as the server would."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  tempo config check my.conf")
final class ConfigCheckCommand implements Callable<Integer> {
    private final Server server;
    private final Map<String, String> environment;

    @Parameters(paramLabel = "FILE", description = "The file to check.")
    @SuppressWarnings("NullAway.Init") // picocli refuses the command line without it
    private Path file;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    ConfigCheckCommand(Server server, Map<String, String> environment) {
        this.server = server;
        this.environment = environment;
    }

    @Override
    public Integer call() {
        server.prepare(ConfigSources.load(Optional.of(file), environment, Map.of()));
        spec.commandLine().getOut().println(file + " is good");
        return ExitCode.OK;
    }
}
