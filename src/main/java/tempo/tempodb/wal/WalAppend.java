package tempo.tempodb.wal;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way into the log, and who wants to know when it is there. Used once. Extend it with what the answer
 * needs; nothing else is allocated for a record.
 */
public abstract class WalAppend {
    /** The most pieces one record may hold. */
    public static final int UNITS_MAX = 4096;

    /** The longest tenant, in chars. */
    public static final int TENANT_CHARS_MAX = 1024;

    final String tenant;
    final byte[] payload;
    final int offset;
    final int length;
    final int units;
    final boolean guest;

    /** The next one in the queue or in the commit; touched by whoever holds this append. */
    @Nullable
    WalAppend next;

    /** Set by the committer once the place in the segment is known. */
    long position;

    /**
     * Makes a record of {@code payload[offset..offset + length)}. The array is not copied: from here on nobody may change
     * it until {@link #committed} or {@link #failed} was called.
     *
     * @param tenant whose it is, up to {@value #TENANT_CHARS_MAX} chars
     * @param units how many pieces it holds that are released one by one, 1 to {@value #UNITS_MAX}
     */
    protected WalAppend(String tenant, byte[] payload, int offset, int length, int units) {
        this(tenant, payload, offset, length, units, false);
    }

    /**
     * As above.
     *
     * @param guest whether it is kept for somebody else's log: {@link Wal#floor} does not wait for it, and it is released by
     *     {@link Wal#releaseGuest}
     */
    protected WalAppend(String tenant, byte[] payload, int offset, int length, int units, boolean guest) {
        Objects.checkFromIndexSize(offset, length, payload.length);
        if (tenant.length() > TENANT_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "tenant must have at most " + TENANT_CHARS_MAX + " chars but has " + tenant.length());
        }
        if (units < 1 || units > UNITS_MAX) {
            throw new IllegalArgumentException("units must be from 1 to " + UNITS_MAX + " but were " + units);
        }
        this.tenant = tenant;
        this.payload = payload;
        this.offset = offset;
        this.length = length;
        this.units = units;
        this.guest = guest;
    }

    /**
     * Called once the record survives a power failure, on the committer's thread: everybody waits while it runs.
     *
     * @param position where {@link Wal#read} finds it
     */
    protected abstract void committed(long position);

    /**
     * Called when the record was not taken, or may not be durable. On the committer's thread, or, where the log refuses
     * at once, on the appending thread before {@link Wal#append} returns. Either this or {@link #committed} is called,
     * exactly once.
     */
    protected abstract void failed(WalException reason);

    /** What the record counts for in the queue's bound, in bytes. */
    final long queuedBytes() {
        return (long) length + tenant.length() + RecordLayout.HEADER_BYTES;
    }
}
