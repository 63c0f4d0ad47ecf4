package tempo.cli;

/** The program cannot do what it was asked for here and now; the message says what to do about it. */
public final class StartException extends Exception {
    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
