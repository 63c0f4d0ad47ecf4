package tempo.cli;

import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;
import tempo.config.InvalidConfigException;

/** What each kind of failure of a command prints and returns. */
public final class Failures {
    private Failures() {}

    /**
     * Tells the user of a failure: in one line, if it is one that somebody foresaw.
     *
     * @param program as the user calls it
     * @return the exit code: 1 failed while running, 2 wrong configuration
     */
    public static int report(String program, Exception failure, PrintWriter err) {
        if (failure instanceof InvalidConfigException invalid) {
            invalid.problems().forEach(problem -> err.println(program + ": " + problem));
            return ExitCode.USAGE;
        }
        if (failure instanceof StartException || failure instanceof IOException) {
            err.println(program + ": " + oneLine(String.valueOf(failure.getMessage())));
        } else {
            // Nobody foresaw it, so whoever reports it needs the place.
            err.println(program + ": failed unexpectedly");
            failure.printStackTrace(err);
        }
        return ExitCode.SOFTWARE;
    }

    /**
     * Tells the user in one line what is wrong with the command line, and where there is help.
     *
     * @return the exit code: 2
     */
    public static int misused(String program, ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(program + ": " + oneLine(String.valueOf(failure.getMessage())));
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    /** The same text without ends of lines. */
    public static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " / ");
    }
}
