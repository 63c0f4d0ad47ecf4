package tempo.format;

/** Bytes are not what they should be. The message names what is wrong and the byte where; carries no stack trace. */
public class FormatException extends Exception {
    private static final long serialVersionUID = 1;

    /** @param message what is wrong, and where */
    public FormatException(String message) {
        // Hostile input must not cost a stack walk each time; the byte says more than our own frames.
        super(message, null, false, false);
    }
}
