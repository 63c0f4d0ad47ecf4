package tempo.format.json;

import tempo.format.FormatException;

/**
 * A body that is not JSON, or has a value of the wrong type, or exceeds a limit. The message names the field, as
 * {@code resourceSpans[0].scopeSpans[0].spans[3].kind}, what is wrong, the value, and where it stands. Carries no stack trace.
 */
public final class InvalidJsonException extends FormatException {
    private static final long serialVersionUID = 1;

    private final long byteOffset;

    InvalidJsonException(String what, int line, long byteOffset) {
        super(what + ", at line " + line + ", byte " + byteOffset);
        this.byteOffset = byteOffset;
    }

    /** Where the value at fault stands, in bytes from the start of the body. */
    public long byteOffset() {
        return byteOffset;
    }
}
