package tempo.span;

/** Bytes that are not well-formed protobuf: the message says what is wrong and at which byte. Carries no stack trace. */
public final class MalformedProtobufException extends Exception {
    private static final long serialVersionUID = 1;

    private final int offset;

    /**
     * @param what what is wrong, without the place
     * @param offset the byte where it was found, counted from the start of the range that was read
     */
    public MalformedProtobufException(String what, int offset) {
        // Hostile input must not cost a stack walk each time; the offset says more than our own frames.
        super(what + ", at byte " + offset, null, false, false);
        this.offset = offset;
    }

    /** Where the fault was found, in bytes from the start of the range that was read. */
    public int offset() {
        return offset;
    }
}
