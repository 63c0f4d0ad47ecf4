package tempo.format.zipkin;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import zipkin2.Endpoint;
import zipkin2.Span;

/** Spans as Zipkin's own library has them, by a seed. */
public final class ZipkinSpans {
    private static final long START = 1_700_000_000_000_000L;

    private final Random random;

    public ZipkinSpans(long seed) {
        random = new Random(seed);
    }

    /** With any of the fields. */
    public List<Span> some() {
        List<Span> spans = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            spans.add(span(false));
        }
        return spans;
    }

    /** With a kind, a time, a duration and a service. */
    public List<Span> complete() {
        List<Span> spans = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            spans.add(span(true));
        }
        return spans;
    }

    private boolean some(boolean always) {
        return always || random.nextInt(3) > 0;
    }

    private Span span(boolean complete) {
        Span.Builder span = Span.newBuilder()
                .traceId(random.nextBoolean() ? random.nextLong() : 0, 1 + random.nextInt(Integer.MAX_VALUE))
                .id(1 + random.nextInt(Integer.MAX_VALUE));
        if (some(false)) {
            span.parentId(1 + random.nextInt(Integer.MAX_VALUE));
        }
        if (some(complete)) {
            span.kind(Span.Kind.values()[random.nextInt(complete ? 2 : 4)]);
        }
        if (some(false)) {
            span.name("name " + random.nextInt(5) + " \u00e9\ud83d\ude00");
        }
        if (some(complete)) {
            span.timestamp(START + random.nextInt(1_000_000));
        }
        if (some(complete)) {
            span.duration(1 + random.nextInt(1_000_000));
        }
        if (random.nextInt(5) == 0) {
            span.debug(true);
        }
        if (!complete && random.nextInt(5) == 0) {
            span.shared(true);
        }
        if (some(complete)) {
            span.localEndpoint(endpoint("local" + random.nextInt(2)));
        }
        if (some(false)) {
            span.remoteEndpoint(endpoint("remote" + random.nextInt(2)));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            span.addAnnotation(START + random.nextInt(1_000_000), "event " + i);
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            span.putTag("tag " + i, "value " + random.nextInt(3));
        }
        if (random.nextInt(8) == 0) {
            span.putTag("error", random.nextBoolean() ? "" : "it failed");
        }
        return span.build();
    }

    private Endpoint endpoint(String service) {
        Endpoint.Builder endpoint = Endpoint.newBuilder().serviceName(service);
        if (random.nextBoolean()) {
            endpoint.ip("10.0.0." + random.nextInt(256));
        }
        if (random.nextInt(3) == 0) {
            endpoint.ip("2001:db8::" + Integer.toHexString(1 + random.nextInt(0xffff)));
        }
        if (random.nextBoolean()) {
            endpoint.port(1 + random.nextInt(65_535));
        }
        return endpoint.build();
    }
}
