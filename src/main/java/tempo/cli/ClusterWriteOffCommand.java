package tempo.cli;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says that the disk of a node that is gone will not come back. */
@Command(
        name = "write-off",
        description = {
            "Say that the log of a node that is gone will never come back: answers are not partial on account of it any more.",
            "Spans that were in it alone are lost. Needs tempo.api.deletion = on at the node that is asked."
        },
        mixinStandardHelpOptions = true)
final class ClusterWriteOffCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "LOG", description = "As tempo cluster status names it.")
    private String log = "";

    @Mixin
    private ApiOptions api = new ApiOptions();

    @Option(names = "--yes", description = "Do it without asking.")
    private boolean yes;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (!yes) {
            throw new ParameterException(
                    spec.commandLine(),
                    "spans that are in this log alone would be lost for good: add --yes if you mean it");
        }
        String answer =
                api.client().post("/status/cluster/write-off?log=" + URLEncoder.encode(log, StandardCharsets.UTF_8));
        spec.commandLine().getOut().print(answer);
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }
}
