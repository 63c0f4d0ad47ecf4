package tempo.tempodb.spans;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.span.WireWriter;

/**
 * Traces of one key, made up from a seed. Usual ones are what SDKs write; the others have whatever protobuf allows: fields out
 * of order, twice, unknown or of another type, odd ids, long varints, parents that are missing or their own, any value.
 */
public final class RandomOtlp {
    private static final String[] KEYS = {
        "http.route", "http.status_code", "db.query.text", "", "user.id", "thread.id", "ключ", "url.path"
    };

    private final Random random;
    private final boolean odd;
    private final TraceId traceId;
    private final List<Long> ids = new ArrayList<>();

    RandomOtlp(Random random, boolean odd) {
        this(random, odd, Groups.KEY);
    }

    /** Traces of this key, odd or usual ones. */
    public RandomOtlp(Random random, boolean odd, TraceKey key) {
        this.random = random;
        this.odd = odd;
        this.traceId = key.traceId();
    }

    /** Entries, one or some, of a few spans or of many. */
    List<byte[]> entries() {
        List<byte[]> entries = new ArrayList<>();
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            entries.add(entry(random.nextInt(random.nextInt(8) == 0 ? 300 : 30)));
        }
        return entries;
    }

    /** An entry of so many spans. */
    public byte[] entry(int spans) {
        ids.clear();
        WireWriter out = new WireWriter(1024);
        int left = spans;
        while (left > 0) {
            int inScope = 1 + random.nextInt(Math.min(left, 8));
            left -= inScope;
            int resourceSpans = out.begin(1);
            if (random.nextInt(8) > 0) {
                int resource = out.begin(1);
                attribute(out, 1, "service.name", random.nextInt(3));
                out.end(resource);
            }
            int scopeSpans = out.begin(2);
            if (random.nextInt(4) > 0) {
                int scope = out.begin(1);
                out.string(1, "scope" + random.nextInt(3));
                out.end(scope);
            }
            for (int i = 0; i < inScope; i++) {
                int span = out.begin(2);
                span(out);
                out.end(span);
            }
            if (odd && random.nextInt(4) == 0) {
                out.string(3, "https://schema/1." + random.nextInt(2));
            }
            out.end(scopeSpans);
            out.end(resourceSpans);
        }
        return out.toByteArray();
    }

    static void id(WireWriter out, int field, long id) {
        out.tag(field, 2);
        out.rawVarint(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            out.raw(new byte[] {(byte) (id >>> shift)}, 0, 1);
        }
    }

    static void id(WireWriter out, int field, long high, long low) {
        out.tag(field, 2);
        out.rawVarint(16);
        for (int shift = 56; shift >= 0; shift -= 8) {
            out.raw(new byte[] {(byte) (high >>> shift)}, 0, 1);
        }
        for (int shift = 56; shift >= 0; shift -= 8) {
            out.raw(new byte[] {(byte) (low >>> shift)}, 0, 1);
        }
    }

    private void span(WireWriter out) {
        if (odd && random.nextInt(20) == 0) {
            junk(out);
        }
        id(out, 1, traceId.high(), traceId.low());
        long id = random.nextLong();
        if (!ids.isEmpty() && random.nextInt(odd ? 10 : 100) == 0) {
            id = ids.get(random.nextInt(ids.size()));
        }
        if (!odd || random.nextInt(30) > 0) {
            id(out, 2, id);
        }
        if (random.nextInt(10) == 0) {
            out.string(3, "state=" + random.nextInt(20));
        }
        int parent = random.nextInt(10);
        if (parent == 0 && odd) {
            id(out, 4, random.nextBoolean() ? id : random.nextLong());
        } else if (parent == 1) {
            out.string(4, "");
        } else if (parent > 2 && !ids.isEmpty()) {
            id(out, 4, ids.get(random.nextInt(ids.size())));
        }
        ids.add(id);
        out.string(5, random.nextInt(40) == 0 ? "GET /" + random.nextInt() : "op" + random.nextInt(5));
        out.varint(6, random.nextInt(odd ? 1000 : 6));
        long start = odd && random.nextInt(20) == 0 ? random.nextLong() : 1_700_000_000_000_000_000L + random.nextInt();
        out.fixed64(7, start);
        if (!odd || random.nextInt(10) > 0) {
            out.fixed64(8, start + random.nextInt(1 << 20) - (odd ? 1000 : 0));
        }
        int attributes = random.nextInt(6);
        int shape = random.nextInt(KEYS.length);
        for (int i = 0; i < attributes; i++) {
            attribute(out, 9, KEYS[(shape + i) % KEYS.length], random.nextInt(odd ? 11 : 6));
        }
        if (odd && random.nextInt(20) == 0) {
            junk(out);
        }
        if (random.nextInt(10) == 0) {
            out.varint(10, random.nextInt(3));
        }
        int events = Math.max(0, random.nextInt(8) - 5);
        for (int i = 0; i < events; i++) {
            event(out, start);
        }
        int links = Math.max(0, random.nextInt(8) - 5);
        for (int i = 0; i < links; i++) {
            link(out);
        }
        if (odd && random.nextInt(20) == 0) {
            event(out, start);
        }
        if (random.nextInt(3) == 0) {
            int status = out.begin(15);
            if (random.nextBoolean()) {
                out.string(2, random.nextBoolean() ? "error" : "code " + random.nextInt(1000));
            }
            if (random.nextBoolean()) {
                out.varint(3, random.nextInt(3));
            }
            if (odd && random.nextInt(5) == 0) {
                junk(out);
            }
            out.end(status);
        }
        if (random.nextInt(3) > 0) {
            out.fixed32(16, random.nextInt(3) == 0 ? random.nextInt() : 0x101);
        }
    }

    private void event(WireWriter out, long start) {
        int event = out.begin(11);
        if (!odd || random.nextInt(5) > 0) {
            out.fixed64(1, start + random.nextInt(1 << 20));
        }
        out.string(2, "exception");
        for (int i = random.nextInt(3); i > 0; i--) {
            attribute(out, 3, KEYS[random.nextInt(KEYS.length)], random.nextInt(odd ? 11 : 6));
        }
        if (odd && random.nextInt(10) == 0) {
            junk(out);
        }
        out.end(event);
    }

    private void link(WireWriter out) {
        int link = out.begin(13);
        if (!odd || random.nextInt(5) > 0) {
            id(out, 1, random.nextLong(), random.nextLong());
        }
        if (!odd || random.nextInt(5) > 0) {
            id(out, 2, random.nextLong());
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            attribute(out, 4, KEYS[random.nextInt(KEYS.length)], random.nextInt(odd ? 11 : 6));
        }
        if (random.nextInt(3) == 0) {
            out.fixed32(6, random.nextInt(3));
        }
        out.end(link);
    }

    private void attribute(WireWriter out, int field, String key, int kind) {
        int pair = out.begin(field);
        if (!odd || random.nextInt(20) > 0) {
            out.string(1, key);
        }
        if (odd && random.nextInt(20) == 0) {
            out.end(pair);
            return;
        }
        int value = out.begin(2);
        value(out, kind, 0);
        out.end(value);
        if (odd && random.nextInt(20) == 0) {
            junk(out);
        }
        out.end(pair);
    }

    private void value(WireWriter out, int kind, int depth) {
        switch (kind) {
            case 0 -> out.string(1, "value" + random.nextInt(3));
            case 1 -> out.string(1, "SELECT * FROM t WHERE id = " + random.nextInt(1 << 20) + " LIMIT 20");
            case 2 -> out.varint(2, random.nextInt(2));
            case 3 -> out.varint(3, random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(60));
            case 4 -> out.fixed64(4, Double.doubleToRawLongBits(random.nextInt(1000) / 10.0));
            case 5 -> out.string(1, new UUID(random.nextLong(), random.nextLong()).toString());
            case 6 -> {}
            case 7 -> {
                byte[] bytes = new byte[random.nextInt(20)];
                random.nextBytes(bytes);
                out.tag(random.nextBoolean() ? 7 : 1, 2);
                out.rawVarint(bytes.length);
                out.raw(bytes, 0, bytes.length);
            }
            case 8 -> {
                long[] odd64 = {0, Long.MIN_VALUE, Double.doubleToRawLongBits(Double.NaN), 0x7ff0000000000001L};
                out.fixed64(4, odd64[random.nextInt(odd64.length)]);
            }
            case 9 -> {
                int list = out.begin(random.nextBoolean() ? 5 : 6);
                for (int i = random.nextInt(3); depth < 4 && i > 0; i--) {
                    int element = out.begin(1);
                    value(out, random.nextInt(10), depth + 1);
                    out.end(element);
                }
                out.end(list);
            }
            default -> junk(out);
        }
    }

    /** A field that nobody expects, or a known one as nobody would write it. */
    private void junk(WireWriter out) {
        switch (random.nextInt(9)) {
            case 0 -> out.varint(100, random.nextLong());
            case 1 -> out.string(99, "unknown " + random.nextInt(3));
            case 2 -> out.fixed64(1000, random.nextLong());
            case 3 -> out.fixed32(77, random.nextInt());
            case 4 -> {
                out.tag(50, 3);
                out.varint(1, 5);
                out.tag(50, 4);
            }
            case 5 -> out.raw(new byte[] {0x30, (byte) 0x81, 0x00}, 0, 3);
            case 6 -> out.varint(7, 3);
            case 7 -> out.string(5, "again");
            default -> out.raw(new byte[] {0x2a, (byte) 0x81, 0x00, 'x'}, 0, 4);
        }
    }
}
