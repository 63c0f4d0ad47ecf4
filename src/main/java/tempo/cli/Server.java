package tempo.cli;

import com.typesafe.config.Config;
import java.util.List;
import java.util.concurrent.CompletionStage;
import tempo.config.EffectiveConfig.Setting;
import tempo.config.InvalidConfigException;
import tempo.quickstart.Endpoints;

/** What the commands start. {@code Main} hands in the node and tests a fake, so that this package knows neither. */
public interface Server {
    /**
     * Reads the settings and starts nothing.
     *
     * @throws InvalidConfigException naming every problem
     */
    Prepared prepare(Config config);

    /** Every key with its value in force, in the order of the documentation. */
    List<Setting> settings(Config config);

    /** A server whose settings are good. */
    interface Prepared {
        /** The ports that {@link #start} is going to open. */
        List<Port> ports();

        /**
         * Returns once the server accepts spans and queries.
         *
         * @throws Exception whose message says what could not be started
         */
        Running start() throws Exception;
    }

    /** A server that accepts spans and queries. Any thread may call. */
    interface Running {
        /** The addresses as bound: never port 0. */
        Endpoints endpoints();

        /** Completes when the server has stopped, whoever asked for it. */
        CompletionStage<?> terminated();

        /** Whether it stopped because the others removed it from the cluster: then it is to be started again. */
        boolean removed();

        /** Stops accepting, finishes what was accepted, and returns when all is closed; harmless when repeated. */
        void stop();
    }

    /**
     * A port that has to be free.
     *
     * @param purpose what it is for, as "OTLP over gRPC"
     * @param key the setting that changes it, in full
     * @param port 0 for any free one
     * @param packets of UDP, not of TCP
     */
    record Port(String purpose, String key, String host, int port, boolean packets) {}
}
