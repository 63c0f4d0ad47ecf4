package tempo;

import com.typesafe.config.Config;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import org.slf4j.bridge.SLF4JBridgeHandler;
import tempo.cli.Server;
import tempo.cli.TempoCommand;
import tempo.config.ConfigSources;
import tempo.config.EffectiveConfig;
import tempo.config.EffectiveConfig.Setting;

/** Where the program begins. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
        int exitCode = TempoCommand.execute(new NodeServer(), System.getenv(), out, err, arguments);
        out.flush();
        System.exit(exitCode);
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
