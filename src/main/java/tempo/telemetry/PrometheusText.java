package tempo.telemetry;

import java.util.Locale;

/**
 * Metrics in Prometheus' text format, for what counts by itself. For one thread. See
 * <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Exposition formats</a>.
 */
public final class PrometheusText {
    private final StringBuilder text = new StringBuilder();

    /** Begins a metric that only grows; its name ends in {@code _total}. */
    public PrometheusText counter(String name, String help) {
        return family(name, "counter", help);
    }

    /** Begins a metric that goes up and down. */
    public PrometheusText gauge(String name, String help) {
        return family(name, "gauge", help);
    }

    /** Begins a distribution. */
    public PrometheusText histogram(String name, String help) {
        return family(name, "histogram", help);
    }

    private PrometheusText family(String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /**
     * A value of the metric that was begun last.
     *
     * @param labels names and values in turn; values without quotes, backslashes and line ends
     */
    public PrometheusText sample(String name, double value, String... labels) {
        text.append(name);
        for (int i = 0; i + 1 < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',')
                    .append(labels[i])
                    .append("=\"")
                    .append(labels[i + 1])
                    .append('"');
        }
        text.append(labels.length == 0 ? " " : "} ");
        if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
            text.append((long) value);
        } else {
            text.append(value);
        }
        text.append('\n');
        return this;
    }

    /** As a label's value. */
    public static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
