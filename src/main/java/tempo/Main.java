package tempo;

import ch.qos.logback.classic.Level;
import com.typesafe.config.Config;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import tempo.cli.Server;
import tempo.cli.TempoCommand;
import tempo.cli.storage.StorageCommand;
import tempo.config.ConfigSources;
import tempo.config.EffectiveConfig;
import tempo.config.EffectiveConfig.Setting;
import tempo.query.QueryCommand;
import tempo.vulture.VultureCommand;

/** Where the program begins. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
        int exitCode = run(out, err, arguments);
        out.flush();
        System.exit(exitCode);
    }

    /** The tools are programs of their own, which this one starts by its first argument. */
    private static int run(PrintWriter out, PrintWriter err, String[] arguments) {
        String tool = arguments.length == 0 ? "" : arguments[0];
        String[] rest = Arrays.copyOfRange(arguments, Math.min(1, arguments.length), arguments.length);
        if (tool.equals("cli")) {
            silenceLog();
            return StorageCommand.execute(
                    new SettingsStores(), System.getenv(), InstantSource.system(), out, err, rest);
        }
        if (tool.equals("vulture")) {
            silenceLog();
            return VultureCommand.execute(InstantSource.system(), out, err, rest);
        }
        if (tool.equals("query")) {
            return QueryCommand.execute(InstantSource.system(), System.getenv(), out, err, rest);
        }
        return TempoCommand.execute(new NodeServer(), System.getenv(), out, err, arguments);
    }

    /** What a tool has to say goes to its user, and standard output is for what was asked for. */
    private static void silenceLog() {
        if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME) instanceof ch.qos.logback.classic.Logger root) {
            root.getLoggerContext().getLoggerList().forEach(logger -> logger.setLevel(Level.OFF));
        }
    }

    private static final class NodeServer implements Server {
        @Override
        public Prepared prepare(Config config) {
            return new PreparedNode(config, Settings.of(config));
        }

        @Override
        public List<Setting> settings(Config config) {
            return EffectiveConfig.settings(config, ConfigSources.ROOT, Settings.class);
        }
    }
}
