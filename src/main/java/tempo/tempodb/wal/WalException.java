package tempo.tempodb.wal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Thrown, or handed to {@link WalAppend#failed}, when the log could not do what it was asked for. */
public final class WalException extends IOException {
    /** Why. */
    public enum Reason {
        /** The queue, the log or the disk is full: nothing was kept, and it may work again later. */
        FULL,
        /** A write or a force failed: whether the record survives a crash is unknown. */
        FAILED,
        /** The log is closed or closing. */
        CLOSED,
        /** The record is larger than a segment holds; it will never be taken. */
        TOO_LARGE,
        /** Read only: the segment of this position was released and is gone, or never existed. */
        GONE,
        /** Read only: there is no valid record at this position. */
        CORRUPT
    }

    private final Reason reason;

    /** Makes an exception without a stack trace: under overload there are as many as there are requests. */
    WalException(Reason reason, String message) {
        this(reason, message, null);
    }

    WalException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Returns why. */
    public Reason reason() {
        return reason;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized")
    public Throwable fillInStackTrace() {
        return this;
    }
}
