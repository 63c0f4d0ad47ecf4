package tempo.cli.storage;

import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tempo.cli.Table;

/** A line that shows how far long work is, and that is gone once the work is done. Not thread-safe. */
final class Progress implements AutoCloseable {
    private static final int BAR = 30;
    private static final long REDRAW_MILLIS = 200;
    private static final String CLEAR = "\r\u001b[K";

    private final String what;
    private final long total;
    private final @Nullable PrintWriter out;
    private final InstantSource clock;
    private final long begun;
    private long done;
    private long drawn;

    /**
     * Begins.
     *
     * @param total of bytes, or whatever is counted
     * @param out where the line is drawn; null if nowhere
     */
    Progress(String what, long total, @Nullable PrintWriter out, InstantSource clock) {
        this.what = what;
        this.total = Math.max(total, 1);
        this.out = out;
        this.clock = clock;
        this.begun = clock.millis();
        this.drawn = begun;
    }

    /** So much more is done. */
    void add(long more) {
        done += more;
        long now = clock.millis();
        if (out != null && now - drawn >= REDRAW_MILLIS) {
            drawn = now;
            out.print(line(now));
            out.flush();
        }
    }

    private String line(long now) {
        double share = Math.min(1, (double) done / total);
        int filled = (int) (share * BAR);
        double seconds = Math.max(1, now - begun) / 1000.0;
        return String.format(
                Locale.ROOT,
                "%s%s [%s%s] %3d %%  %s of %s  %s/s",
                CLEAR,
                what,
                "#".repeat(filled),
                " ".repeat(BAR - filled),
                (int) (share * 100),
                Table.bytes(done),
                Table.bytes(total),
                Table.bytes((long) (done / seconds)));
    }

    @Override
    public void close() {
        if (out != null) {
            out.print(CLEAR);
            out.flush();
        }
    }
}
