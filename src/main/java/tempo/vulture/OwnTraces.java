package tempo.vulture;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tempo.span.TraceId;
import tempo.span.WireWriter;

/*
 * Everything follows from the number of the slot and the seed, by a generator whose sequence is specified (SplittableRandom): so another process,
 * another version and another machine expect the same.
 */
/**
 * Traces that can be computed again from time and a seed. Time is cut into slots of equal length, each of which has one trace, of one to four
 * batches. The first batch is written in the slot, each further one a pause later. Immutable and thread-safe.
 */
final class OwnTraces {
    private static final int BATCHES_MAX = 4;
    private static final int SPANS_MAX = 12;
    private static final int EVENTS_MAX = 3;
    private static final int ATTRIBUTES_MAX = 6;
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final String[] SERVICES = {"vulture-front", "vulture-orders", "vulture-stock", "vulture-mail"};
    private static final String[] KEYS = {
        "http.route",
        "http.response.status_code",
        "db.statement",
        "peer.address",
        "thread.id",
        "retry",
        "ratio",
        "customer"
    };

    private final long seed;
    private final long slotMillis;
    private final Duration pause;

    /**
     * Describes the traces.
     *
     * @param slot how often a trace is begun
     * @param pause between the batches of a trace
     */
    OwnTraces(long seed, Duration slot, Duration pause) {
        this.seed = seed;
        this.slotMillis = slot.toMillis();
        this.pause = pause;
        if (slotMillis < 1) {
            throw new IllegalArgumentException(
                    "a trace can be begun each millisecond at most, but slots are of " + slot);
        }
    }

    /**
     * A trace.
     *
     * @param batches requests of OTLP that make it up
     * @param begun when the first of these is due
     * @param last when the last one is
     */
    record Trace(TraceId id, List<byte[]> batches, Instant begun, Instant last) {}

    /** The slot that a time is in. */
    long slot(Instant time) {
        return Math.floorDiv(time.toEpochMilli(), slotMillis);
    }

    Instant begin(long slot) {
        return Instant.ofEpochMilli(slot * slotMillis);
    }

    /** When a batch of a slot's trace is due. */
    Instant due(long slot, int batch) {
        return begin(slot).plus(pause.multipliedBy(batch));
    }

    Trace trace(long slot) {
        SplittableRandom random = new SplittableRandom(seed + slot * GOLDEN);
        TraceId id = new TraceId(nonZero(random), nonZero(random));
        int count = 1 + random.nextInt(BATCHES_MAX);
        long[] parent = {0};
        List<byte[]> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(batch(random, id, due(slot, i), parent));
        }
        return new Trace(id, batches, begin(slot), due(slot, count - 1));
    }

    /** @param root the id of the trace's first span, which is the parent of all that have no other; 0 before that */
    private static byte[] batch(SplittableRandom random, TraceId id, Instant due, long[] root) {
        WireWriter out = new WireWriter(4096);
        int resourceSpans = out.begin(1);
        int resource = out.begin(1);
        text(out, 1, "service.name", SERVICES[random.nextInt(SERVICES.length)]);
        text(out, 1, "service.version", "1." + random.nextInt(10));
        out.end(resource);
        int scopeSpans = out.begin(2);
        int scope = out.begin(1);
        out.string(1, "tempo-vulture");
        out.end(scope);
        int spans = 1 + random.nextInt(SPANS_MAX);
        long at = due.toEpochMilli() * NANOS_PER_MILLI;
        long[] ids = new long[spans];
        for (int i = 0; i < spans; i++) {
            ids[i] = nonZero(random);
            long parent = i == 0 ? root[0] : ids[random.nextInt(i)];
            span(out, random, id, ids[i], parent, at);
            root[0] = root[0] == 0 ? ids[i] : root[0];
            at += random.nextInt(1_000_000);
        }
        out.end(scopeSpans);
        out.end(resourceSpans);
        return out.toByteArray();
    }

    private static void span(
            WireWriter out, SplittableRandom random, TraceId id, long spanId, long parent, long start) {
        int span = out.begin(2);
        id(out, 1, id.high(), id.low());
        id(out, 2, spanId);
        if (parent != 0) {
            id(out, 4, parent);
        }
        out.string(5, "operation-" + random.nextInt(20));
        out.varint(6, 1 + random.nextInt(5));
        out.fixed64(7, start);
        out.fixed64(8, start + 1 + random.nextInt(2_000_000_000));
        int attributes = random.nextInt(ATTRIBUTES_MAX + 1);
        int first = random.nextInt(KEYS.length);
        for (int i = 0; i < attributes; i++) {
            attribute(out, 9, KEYS[(first + i) % KEYS.length], random);
        }
        int events = random.nextInt(EVENTS_MAX + 1);
        for (int i = 0; i < events; i++) {
            int event = out.begin(11);
            out.fixed64(1, start + random.nextInt(1_000_000));
            out.string(2, "event-" + random.nextInt(5));
            attribute(out, 3, "exception.message", random);
            out.end(event);
        }
        if (random.nextInt(4) == 0) {
            int status = out.begin(15);
            out.string(2, "failed " + random.nextInt(100));
            out.varint(3, 2);
            out.end(status);
        }
        out.end(span);
    }

    private static void attribute(WireWriter out, int field, String key, SplittableRandom random) {
        int attribute = out.begin(field);
        out.string(1, key);
        int value = out.begin(2);
        switch (random.nextInt(4)) {
            case 0 -> out.varint(3, random.nextInt(1_000_000));
            case 1 -> out.fixed64(4, Double.doubleToLongBits(random.nextInt(10_000) / 100.0));
            case 2 -> out.varint(2, 1);
            default -> out.string(1, "value " + Long.toString(random.nextLong(), 36));
        }
        out.end(value);
        out.end(attribute);
    }

    private static void text(WireWriter out, int field, String key, String value) {
        int attribute = out.begin(field);
        out.string(1, key);
        int any = out.begin(2);
        out.string(1, value);
        out.end(any);
        out.end(attribute);
    }

    private static void id(WireWriter out, int field, long... halves) {
        byte[] bytes = new byte[halves.length * Long.BYTES];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (halves[i / Long.BYTES] >>> (56 - 8 * (i % Long.BYTES)));
        }
        out.bytes(field, bytes, 0, bytes.length);
    }

    private static long nonZero(SplittableRandom random) {
        long value = random.nextLong();
        return value == 0 ? 1 : value;
    }
}
