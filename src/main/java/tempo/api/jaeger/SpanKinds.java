package tempo.api.jaeger;

import java.util.List;

/** Kinds of spans, as Jaeger writes those that OTLP numbers. Stateless. */
public final class SpanKinds {
    private static final List<String> TEXTS = List.of("", "internal", "server", "client", "producer", "consumer");

    private SpanKinds() {}

    /** Empty if the number is none of OTLP's. */
    public static String text(int kind) {
        return kind >= 0 && kind < TEXTS.size() ? TEXTS.get(kind) : "";
    }

    /** The number; that of none if the text is none of Jaeger's. */
    public static int number(String text) {
        return Math.max(0, TEXTS.indexOf(text));
    }
}
