package tempo.receiver.otlp;

/**
 * A body that is not JSON, or has a value of the wrong type, or exceeds a limit. The message names the field, as
 * {@code resourceSpans[0].scopeSpans[0].spans[3].kind}, what is wrong, the value, and where it stands. Carries no stack trace.
 */
public final class InvalidJsonException extends Exception {
    private static final long serialVersionUID = 1;

    private final long byteOffset;

    InvalidJsonException(String what, int line, long byteOffset) {
        // Hostile input must not cost a stack walk each time; field and offset say more than our own frames.
        super(what + ", at line " + line + ", byte " + byteOffset, null, false, false);
        this.byteOffset = byteOffset;
    }

    /** Where the value at fault stands, in bytes from the start of the body. */
    public long byteOffset() {
        return byteOffset;
    }
}
