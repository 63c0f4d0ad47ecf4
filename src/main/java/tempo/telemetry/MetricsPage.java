package tempo.telemetry;

import com.typesafe.config.Config;
import java.nio.charset.StandardCharsets;
import kamon.Kamon;
import kamon.prometheus.PrometheusReporter;
import org.jspecify.annotations.Nullable;

/** The page that Prometheus scrapes. Values are as of the last tick of {@code kamon.metric.tick-interval}. Thread-safe. */
public final class MetricsPage {
    /** The content type of {@link #text()}. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusReporter reporter;

    private MetricsPage(PrometheusReporter reporter) {
        this.reporter = reporter;
    }

    /** Starts Kamon, once in a process, with the {@code kamon} block of a configuration. */
    public static MetricsPage start(Config config) {
        return Holder.start(config);
    }

    /**
     * All metrics in Prometheus' text format.
     *
     * @param more of the same, as {@link PrometheusText} makes it
     */
    public byte[] text(String more) {
        return (reporter.scrapeData() + more).getBytes(StandardCharsets.UTF_8);
    }

    /** Kamon is one per process, whatever the number of nodes that a test starts in it. */
    private static final class Holder {
        private static @Nullable MetricsPage started;

        private Holder() {}

        static synchronized MetricsPage start(Config config) {
            MetricsPage page = started;
            if (page == null) {
                Kamon.initWithoutAttaching(config);
                PrometheusReporter reporter = new PrometheusReporter("kamon.prometheus", config);
                Kamon.addReporter("prometheus-page", reporter);
                page = new MetricsPage(reporter);
                started = page;
            }
            return page;
        }
    }
}
