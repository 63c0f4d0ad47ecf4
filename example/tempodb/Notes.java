import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import tempo.span.MalformedProtobufException;
import tempo.span.SpanTimes;
import tempo.span.TraceId;
import tempo.span.TraceKey;
import tempo.span.WireWriter;
import tempo.tempodb.BlockFailure;
import tempo.tempodb.FindResult;
import tempo.tempodb.PutBatch;
import tempo.tempodb.TempoDb;
import tempo.tempodb.backend.local.LocalObjectStore;
import tempo.tempodb.block.BlockContent;

/**
 * TempoDB without a server: traces and notes about them, in a directory. After {@code ./mvnw -Dquick package}:
 *
 * <pre>
 * java -cp "target/app/lib/*" example/tempodb/Notes.java /tmp/notes
 * </pre>
 */
public final class Notes {
    private static final TraceKey FIRST = new TraceKey(0, 0);
    private static final TraceKey LAST = new TraceKey(-1, -1);
    private static final TraceId CHECKOUT = new TraceId(0xc4ec, 0x007);
    private static final TraceId LOGIN = new TraceId(0x1091, 0x2);

    private Notes() {}

    public static void main(String[] arguments) throws IOException, MalformedProtobufException {
        Path directory = Path.of(arguments.length > 0 ? arguments[0] : "notes-data");
        try (TempoDb db = TempoDb.open(LocalObjectStore.open(directory))) {
            fill(db);
        }
        // Everything that was committed is in the directory: open it again, as another process would.
        try (TempoDb db = TempoDb.open(LocalObjectStore.open(directory))) {
            System.out.println("opened again: " + new TreeSet<>(db.tenants()));
            show(db);
            tidy(db);
        }
    }

    /** Puts traces as OTLP and notes as plain bytes. What is not committed is nowhere. */
    private static void fill(TempoDb db) throws IOException {
        PutBatch traces = db.batch("shop", BlockContent.SPANS);
        traces.put(TraceKey.of(CHECKOUT), otlp(CHECKOUT, "POST /checkout", 1, 0));
        traces.put(TraceKey.of(LOGIN), otlp(LOGIN, "POST /login", 2, 0));
        traces.commit().ifPresent(block -> System.out.println(
                "traces: " + block.summary().spans() + " spans in a block"));
        // Spans that come later are put under the same key, and the same span a second time does no harm.
        traces.put(TraceKey.of(CHECKOUT), otlp(CHECKOUT, "INSERT orders", 3, 1));
        traces.put(TraceKey.of(CHECKOUT), otlp(CHECKOUT, "POST /checkout", 1, 0));
        traces.commit();

        PutBatch notes = db.batch("notes", BlockContent.OPAQUE);
        for (int i = 0; i < 100; i++) {
            notes.put(TraceKey.of(i, i), ("note " + i).getBytes(UTF_8));
        }
        notes.put(TraceKey.of(CHECKOUT), "slow since Tuesday".getBytes(UTF_8));
        notes.commit();
        notes.put(TraceKey.of(CHECKOUT), "mended on Friday".getBytes(UTF_8));
        notes.commit();
    }

    private static void show(TempoDb db) throws IOException, MalformedProtobufException {
        FindResult found = db.find("shop", TraceKey.of(CHECKOUT));
        for (byte[] tracesData : found.values()) {
            System.out.println("checkout: a value of " + SpanTimes.of(tracesData, 0, tracesData.length).spans() + " spans");
        }
        // A block that cannot be read does not hide what the others have.
        for (BlockFailure failure : found.failures()) {
            System.out.println("block " + failure.blockId() + ": " + failure.reason());
        }
        for (byte[] note : db.find("notes", TraceKey.of(CHECKOUT)).values()) {
            System.out.println("note: " + new String(note, UTF_8));
        }
        // Keys are trace ids, mixed so that they spread evenly: a quarter of the key space holds about a quarter of the traces.
        int[] quarter = {0};
        db.scan("notes", FIRST, new TraceKey(0x3fffffffffffffffL, -1), entry -> quarter[0]++);
        System.out.println("scan: " + quarter[0] + " notes in the first quarter of the keys");
    }

    private static void tidy(TempoDb db) throws IOException, MalformedProtobufException {
        db.compact(db.blocks("shop").visible());
        byte[] whole = db.find("shop", TraceKey.of(CHECKOUT)).values().get(0);
        System.out.println("compacted: checkout is one value of "
                + SpanTimes.of(whole, 0, whole.length).spans() + " spans in "
                + db.blocks("shop").visible().size() + " block");
        db.delete("notes", TraceKey.of(CHECKOUT));
        List<byte[]> gone = db.find("notes", TraceKey.of(CHECKOUT)).values();
        System.out.println("deleted: " + gone.size() + " notes are left of checkout");
        // The old blocks' objects stay for readers that began before; nobody else reads here.
        int removed = db.removeReplaced("shop") + db.removeReplaced("notes");
        System.out.println("removed: " + removed + " old blocks");
        int[] entries = {0};
        db.scan("notes", FIRST, LAST, entry -> entries[0]++);
        System.out.println("scan: " + entries[0] + " notes in all");
    }

    /** A {@code TracesData} of one span, as an SDK would send it. */
    private static byte[] otlp(TraceId trace, String name, long spanId, long parentId) {
        WireWriter out = new WireWriter(256);
        int resourceSpans = out.begin(1);
        int scopeSpans = out.begin(2);
        int span = out.begin(2);
        out.bytes(1, bigEndian(trace.high(), trace.low()), 0, 16);
        out.bytes(2, bigEndian(spanId, 0), 0, 8);
        if (parentId != 0) {
            out.bytes(4, bigEndian(parentId, 0), 0, 8);
        }
        out.string(5, name);
        out.fixed64(7, 1_700_000_000_000_000_000L + spanId);
        out.fixed64(8, 1_700_000_000_050_000_000L + spanId);
        out.end(span);
        out.end(scopeSpans);
        out.end(resourceSpans);
        return out.toByteArray();
    }

    private static byte[] bigEndian(long high, long low) {
        byte[] bytes = new byte[16];
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) (high >>> 56 - 8 * i);
            bytes[8 + i] = (byte) (low >>> 56 - 8 * i);
        }
        return bytes;
    }
}
